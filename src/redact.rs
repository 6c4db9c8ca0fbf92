//! The one door for strings that leave the program.
