//! The description of an invented CRM, and an exchange with it that is as it should be.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use nurturehub_spec_check::{Checker, Document, Exchange, Finding, Message, Sender};
use serde_json::{Value, json};

pub(crate) const TITLE: &str = "acme";

pub(crate) fn description() -> Value {
    json!({
        "openapi": "3.0.1",
        "servers": [{ "url": "//api.acme.example/" }],
        "security": [{ "token": [] }],
        "paths": {
            "/people": {
                "get": {
                    "parameters": [
                        { "name": "size", "in": "query",
                          "schema": { "type": "integer", "maximum": 100 } },
                        { "name": "role", "in": "query", "explode": false, "schema":
                          { "type": "array", "items": { "enum": ["buyer", "tenant"] } } },
                        { "name": "agency", "in": "header", "required": true,
                          "schema": { "type": "string", "format": "uuid" } },
                        { "name": "since", "in": "query", "required": true,
                          "schema": { "type": "string", "format": "date-time" } },
                    ],
                    "responses": {
                        "200": json_body(&json!({ "type": "object", "properties": {
                            "people": { "type": "array",
                                "items": { "$ref": "#/components/schemas/Person" } },
                        } })),
                        "403": { "description": "No more than that." },
                    },
                },
            },
            "/people/{id}/notes": {
                "post": {
                    "requestBody": merged(json_body(&json!({
                        "type": "object",
                        "required": ["text"],
                        "properties": {
                            "text": { "type": "string", "maxLength": 10 },
                            "pinned": { "type": "boolean" },
                        },
                    })), "required", json!(true)),
                    "responses": { "201": {}, "204": {} },
                },
            },
        },
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Person": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": { "type": "string" },
                    "name": { "type": "string", "nullable": true },
                    "consent": { "type": "string", "enum": ["yes", "no"] },
                    "created": { "type": "string", "format": "date-time" },
                },
            } },
        },
    })
}

fn json_body(schema: &Value) -> Value {
    json!({ "content": { "application/json": { "schema": schema } } })
}

fn merged(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

pub(crate) fn checker() -> Checker {
    checker_of(description())
}

pub(crate) fn checker_of(description: Value) -> Checker {
    Checker::new(vec![Document::parse(TITLE, description).unwrap()])
}

/// What an exchange breaks: where, and in which way.
pub(crate) fn found(exchange: &Exchange) -> Vec<(String, Finding)> {
    let violations = checker().check(exchange).unwrap();
    let found = violations.into_iter();
    found
        .map(|violation| (violation.place, violation.finding))
        .collect()
}

pub(crate) fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect()
}

/// A list of people, asked for and given as described.
pub(crate) fn listing() -> Exchange {
    Exchange {
        sender: Sender::Adapter,
        method: Method::GET,
        path: "/people".to_owned(),
        query: vec![
            ("since".to_owned(), "2025-07-10T12:00:00Z".to_owned()),
            ("size".to_owned(), "50".to_owned()),
            ("role".to_owned(), "buyer,tenant".to_owned()),
        ],
        request: Message {
            headers: headers(&[
                ("authorization", "bearer abc"),
                ("agency", "11111111-2222-4333-8444-555555555555"),
                ("accept", "application/json"),
            ]),
            body: Bytes::new(),
        },
        status: StatusCode::OK,
        answer: Message {
            headers: headers(&[("content-type", "Application/JSON; charset=utf-8")]),
            body: body(&json!({ "people": [
                { "id": "1", "name": "Jo", "consent": "yes", "created": "2020-01-01T00:00:00.0000000Z" },
                { "id": "2", "name": null },
            ] })),
        },
    }
}

/// A note, written as described.
pub(crate) fn note() -> Exchange {
    Exchange {
        sender: Sender::Adapter,
        method: Method::POST,
        path: "/people/7/notes".to_owned(),
        query: Vec::new(),
        request: Message {
            headers: headers(&[
                ("authorization", "Bearer abc"),
                ("content-type", "application/json"),
            ]),
            body: body(&json!({ "text": "called" })),
        },
        status: StatusCode::NO_CONTENT,
        answer: Message::default(),
    }
}

pub(crate) fn body(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}
