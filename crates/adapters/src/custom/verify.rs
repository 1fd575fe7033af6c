//! Is the connection good: the kit's steps, by the profile. The step `configuration` reads it, and
//! the rest ask each list for one record.
