//! Greys and colours that can be read on white and on black: a picture's ground is transparent.

use plotters::style::RGBColor;

/// Text and axes.
pub(super) const INK: RGBColor = RGBColor(125, 133, 144);
/// What is ours.
pub(super) const OURS: RGBColor = RGBColor(46, 160, 67);
/// The floor, and lines that guide the eye.
pub(super) const FLOOR: RGBColor = RGBColor(139, 148, 158);
/// The others.
pub(super) const PEER: RGBColor = RGBColor(56, 139, 253);
