"""A tap on Meltano's Singer SDK: one stream, with a partition for each listing."""

import os

import crm
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import PageNumberPaginator

TEXTS = (
    "title forename surname dateOfBirth marketingConsent identityCheck homePhone workPhone "
    "mobilePhone email archivedOn _eTag created"
).split()
FLAGS = (
    "active fromArchive communicationPreferenceLetter communicationPreferenceEmail "
    "communicationPreferencePhone communicationPreferenceSMS"
).split()
NESTED = (
    "source primaryAddress secondaryAddress workAddress metadata extrasField _links _embedded"
).split()
LISTS = "officeIds negotiatorIds categoryIds additionalContactDetails".split()

WHOLE = th.ObjectType(additional_properties=True)
"""An object that is kept as it is."""

SCHEMA = th.PropertiesList(
    th.Property("id", th.StringType, required=True),
    th.Property(crm.CHANGED, th.DateTimeType),
    *(th.Property(name, th.StringType) for name in TEXTS),
    *(th.Property(name, th.BooleanType) for name in FLAGS),
    *(th.Property(name, WHOLE) for name in NESTED),
    *(th.Property(name, th.ArrayType(th.CustomType({}))) for name in LISTS),
).to_dict()


class Pages(PageNumberPaginator):
    """Pages by number, up to the last that the CRM names."""

    def has_more(self, response):
        return self.current_value < response.json()[crm.PAGES]


class Contacts(RESTStream):
    """The contacts of both listings."""

    name = "contact"
    path = "/" + crm.PATH
    url_base = crm.URL
    http_headers = crm.HEADERS
    records_jsonpath = f"$.{crm.RECORDS}[*]"
    primary_keys = ("id",)
    replication_key = crm.CHANGED
    is_sorted = False
    schema = SCHEMA

    @property
    def partitions(self):
        return [{"listing": archived} for archived in crm.LISTINGS.values()]

    @property
    def authenticator(self):
        return BearerTokenAuthenticator(token=crm.TOKEN)

    def get_new_paginator(self):
        return Pages(1)

    def get_url_params(self, context, next_page_token):
        query = {
            **crm.PARAMETERS,
            "fromArchive": context["listing"],
            crm.PAGE: next_page_token or 1,
        }
        since = self.get_starting_replication_key_value(context)
        if since:
            query[crm.CHANGED_SINCE] = since
        return query


class CrmTap(Tap):
    """The tap."""

    name = "tap-crm"
    config_jsonschema = th.PropertiesList().to_dict()

    if os.environ.get("SINGER_TUNED"):
        from singer_sdk.contrib.msgspec import MsgSpecWriter as message_writer_class

    def discover_streams(self):
        return [Contacts(self)]


if __name__ == "__main__":
    CrmTap.cli()
