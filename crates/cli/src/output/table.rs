//! Tables for people: aligned columns, one rule below the heading, nothing else.

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};

const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A column's heading and side.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// Words.
    Left(&'static str),
    /// Numbers.
    Right(&'static str),
}

/// Lays rows out under their headings.
pub(crate) fn table<R: IntoIterator<Item = String>>(
    columns: &[Column],
    rows: impl IntoIterator<Item = R>,
) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(columns.iter().map(|column| match column {
        Column::Left(title) => Cell::new(title),
        Column::Right(title) => Cell::new(title).set_alignment(CellAlignment::Right),
    }));
    for row in rows {
        let cells = row
            .into_iter()
            .zip(columns)
            .map(|(text, column)| match column {
                Column::Left(_) => Cell::new(text),
                Column::Right(_) => Cell::new(text).set_alignment(CellAlignment::Right),
            });
        table.add_row(cells.collect::<Vec<_>>());
    }
    table.trim_fmt()
}

/// Names and values below each other.
pub(crate) fn pairs<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    for (name, value) in rows {
        table.add_row(vec![Cell::new(name), Cell::new(value)]);
    }
    table.trim_fmt()
}
