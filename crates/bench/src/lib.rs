//! The benchmark scenes and the floor they are held against.
