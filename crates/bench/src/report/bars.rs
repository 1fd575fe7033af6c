//! A picture of bars: contacts a second, one bar for each contestant.

use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::palette::{FLOOR, INK, OURS, PEER};
use crate::Failure;
use crate::peers::{self, Contestant, Kind};
use crate::race::{Results, Scene};

const WIDTH: i32 = 860;
const ROW: i32 = 30;
const LABELS: i32 = 290;
const NUMBERS: i32 = 110;
const TOP: i32 = 40;

/// Draws the bars of a scene. What has no figure has no bar, nor has what was taken with another program
/// than ours.
pub(super) fn draw(results: &Results, scene: Scene, path: &Path) -> Result<(), Failure> {
    let with = results.cell(scene, &peers::OURS);
    let with = with.map(|cell| cell.taken.as_str());
    let rates: Vec<(&Contestant, f64)> = peers::ALL
        .iter()
        .filter_map(|contestant| {
            let cell = results.cell(scene, contestant)?;
            if with.is_some_and(|with| with != cell.taken) {
                return None;
            }
            let seconds = cell.middle(|run| run.seconds)?;
            #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
            let contacts = cell.contacts as f64;
            Some((contestant, contacts / seconds))
        })
        .collect();
    let most = rates.iter().map(|(_, rate)| *rate).fold(1.0, f64::max);
    let rows = i32::try_from(rates.len())?;
    let size = (u32::try_from(WIDTH)?, u32::try_from(TOP + rows * ROW + 10)?);
    let area = SVGBackend::new(path, size).into_drawing_area();
    let font = |size: i32| ("sans-serif", size).into_font().color(&INK);
    area.draw_text(
        &format!("Contacts a second: {}", scene.title().to_lowercase()),
        &font(16),
        (10, 10),
    )?;
    let mut top = TOP;
    for (contestant, rate) in rates {
        let middle = top + ROW / 2;
        let label = format!(
            "{}, {} ({})",
            contestant.name, contestant.into, contestant.setting
        );
        let left = font(12).pos(Pos::new(HPos::Right, VPos::Center));
        let short: String = label.chars().take(46).collect();
        area.draw_text(&short, &left, (LABELS - 8, middle))?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the share of a bar is between 0 and its full length"
        )]
        let length = (rate / most * f64::from(WIDTH - LABELS - NUMBERS)).round() as i32;
        let colour = match contestant.kind {
            Kind::Ours => OURS,
            Kind::Floor => FLOOR,
            Kind::Python { .. } => PEER,
        };
        area.draw(&Rectangle::new(
            [(LABELS, top + 5), (LABELS + length.max(1), top + ROW - 5)],
            colour.filled(),
        ))?;
        let right = font(12).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw_text(&format!("{rate:.0}"), &right, (LABELS + length + 8, middle))?;
        top += ROW;
    }
    area.present()?;
    Ok(())
}
