//! What a request carries: the key as it was entered, in the header that the profile names. Its
//! shape is not known, and so not looked at.
