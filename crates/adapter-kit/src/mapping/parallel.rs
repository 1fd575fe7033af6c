//! The records of a page, mapped by all processors.

use rayon::prelude::*;

/// Below so many records, handing them over costs more than it saves.
const WORTH_SHARING: usize = 48;

/// Maps the records of a page; the results stand in the order of the records.
pub fn map_all<T: Send, R: Send>(records: Vec<T>, map: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    records
        .into_par_iter()
        .with_min_len(WORTH_SHARING)
        .map(map)
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_the_order_of_the_records() {
        for many in [0, 1, 1_000] {
            let records: Vec<usize> = (0..many).collect();
            assert_eq!(super::map_all(records.clone(), |record| record), records);
        }
    }
}
