//! Is the connection good: the kit's steps, by the profile. The step `configuration` reads the
//! profile, `credentials` looks at the key's shape, and the rest ask each list for one record. Which
//! team a key belongs to cannot be asked, so that the step `authenticate` cannot tell it either.
