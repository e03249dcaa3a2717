//! Round numbers for axes and classes: 1, 2, 5, 10, 20, 50 …

/// The next of 1, 2, 5, 10, 20, 50 …
pub(super) fn round_up(nanos: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let round = step.saturating_mul(factor);
            if round >= nanos {
                return round;
            }
        }
        if step > u64::MAX / 10 {
            return u64::MAX;
        }
        step *= 10;
    }
}

/// The one of them before.
pub(super) fn round_down(round: u64) -> u64 {
    let mut last = 1;
    let mut next = 1;
    while next < round {
        last = next;
        next = round_up(next + 1);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_goes_up_and_down_by_one() {
        let series = [1, 2, 5, 10, 20, 50, 100];
        for pair in series.windows(2) {
            assert_eq!((round_up(pair[0] + 1), round_down(pair[1])), (pair[1], pair[0]));
            assert_eq!(round_up(pair[1]), pair[1]);
        }
        assert_eq!((round_up(0), round_down(1)), (1, 1));
        assert!(round_up(u64::MAX) >= 1 << 63);
    }
}
