//! A picture of growth: the time of a full sync and its peak memory, by the number of contacts.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::NONE;
use super::palette::{FLOOR, INK, OURS};
use super::scale::grouped;
use crate::Failure;
use crate::scale::{FullSync, Scale};

const WIDTH: u32 = 860;
const HEIGHT: u32 = 320;

/// Room around a panel's curve: for its title, its numbers and the words below.
const TOP: i32 = 46;
const LEFT: i32 = 70;
const RIGHT: i32 = 28;
const BOTTOM: i32 = 52;

/// A panel: what it shows, and how its axis upwards runs.
struct Panel {
    title: &'static str,
    figure: fn(&FullSync) -> f64,
    /// By powers of ten; else from nought.
    by_powers: bool,
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "Seconds of a full sync",
        figure: |run| run.seconds,
        by_powers: true,
    },
    Panel {
        title: "Peak memory, MiB",
        figure: |run| run.peak_mib,
        by_powers: false,
    },
];

/// An axis: from where to where, and in which steps it is labelled.
struct Axis {
    from: f64,
    to: f64,
    marks: Vec<f64>,
    by_powers: bool,
}

impl Axis {
    /// One that runs over whole powers of ten.
    fn by_powers(values: &[f64]) -> Self {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(0.0, f64::max);
        let (from, to) = (least.log10().floor(), most.log10().ceil());
        let to = if to > from { to } else { from + 1.0 };
        let mut marks = Vec::new();
        let mut power = from;
        while power <= to {
            marks.push(10_f64.powf(power));
            power += 1.0;
        }
        Self {
            from: 10_f64.powf(from),
            to: 10_f64.powf(to),
            marks,
            by_powers: true,
        }
    }

    /// One that begins at nought.
    fn from_nought(values: &[f64]) -> Self {
        let most = values.iter().copied().fold(1.0, f64::max);
        let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
            .into_iter()
            .find(|step| most / step <= 6.0)
            .unwrap_or(most);
        let mut marks = vec![0.0];
        let mut mark = 0.0;
        while mark < most {
            mark += step;
            marks.push(mark);
        }
        Self {
            from: 0.0,
            to: mark,
            marks,
            by_powers: false,
        }
    }

    /// How far along the axis a value is, from 0 to 1.
    fn place(&self, value: f64) -> f64 {
        if self.by_powers {
            return (value / self.from).log10() / (self.to / self.from).log10();
        }
        (value - self.from) / (self.to - self.from)
    }
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws both panels. Where nothing was measured, the picture says so.
pub(super) fn draw(scale: &Scale, path: &Path) -> Result<(), Failure> {
    let area = SVGBackend::new(path, (WIDTH, HEIGHT)).into_drawing_area();
    if scale.sizes.is_empty() {
        area.draw_text(&format!("Scale: {NONE}"), &font(16), (10, 10))?;
        area.present()?;
        return Ok(());
    }
    for (panel, part) in PANELS.iter().zip(area.split_evenly((1, PANELS.len()))) {
        draw_panel(panel, scale, &part)?;
    }
    area.present()?;
    Ok(())
}

fn font(size: i32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

fn draw_panel(panel: &Panel, scale: &Scale, area: &Area<'_>) -> Result<(), Failure> {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let points: Vec<(f64, f64)> = scale
        .sizes
        .iter()
        .map(|(contacts, size)| (*contacts as f64, size.middle(panel.figure)))
        .collect();
    let (across, upwards): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let across = Axis::by_powers(&across);
    let upwards = if panel.by_powers {
        Axis::by_powers(&upwards)
    } else {
        Axis::from_nought(&upwards)
    };
    let (width, height) = area.dim_in_pixel();
    let (width, height) = (i32::try_from(width)?, i32::try_from(height)?);
    let at = |x: f64, y: f64| {
        let along = |share: f64, pixels: i32| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a share of a picture's side is a few hundred pixels"
            )]
            let pixels = (share * f64::from(pixels)).round() as i32;
            pixels
        };
        (
            LEFT + along(across.place(x), width - LEFT - RIGHT),
            height - BOTTOM - along(upwards.place(y), height - TOP - BOTTOM),
        )
    };
    area.draw_text(panel.title, &font(16), (10, 10))?;
    for &mark in &upwards.marks {
        let ends = vec![at(across.from, mark), at(across.to, mark)];
        area.draw(&PathElement::new(ends, FLOOR.mix(0.35)))?;
        let label = font(12).pos(Pos::new(HPos::Right, VPos::Center));
        let (x, y) = at(across.from, mark);
        area.draw_text(&format!("{mark}"), &label, (x - 8, y))?;
    }
    for &mark in &across.marks {
        let ends = vec![at(mark, upwards.from), at(mark, upwards.to)];
        area.draw(&PathElement::new(ends, FLOOR.mix(0.35)))?;
        let label = font(12).pos(Pos::new(HPos::Center, VPos::Top));
        let (x, y) = at(mark, upwards.from);
        area.draw_text(&in_short(mark), &label, (x, y + 8))?;
    }
    let below = font(12).pos(Pos::new(HPos::Center, VPos::Bottom));
    area.draw_text("contacts", &below, ((LEFT + width - RIGHT) / 2, height - 8))?;
    let line: Vec<(i32, i32)> = points.iter().map(|&(x, y)| at(x, y)).collect();
    area.draw(&PathElement::new(line.clone(), OURS.stroke_width(2)))?;
    for point in line {
        area.draw(&Circle::new(point, 4, OURS.filled()))?;
    }
    Ok(())
}

/// A number of contacts, as short as it can be read.
fn in_short(number: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "marks are whole numbers above nought"
    )]
    let number = number.round() as usize;
    grouped(number)
}
