//! What a parcel costs. Knows nothing of pages, so that its tests run anywhere.

use std::fmt;

/// Its sides are in centimetres.
#[derive(Clone, Copy, Debug)]
pub struct Parcel {
    pub length: u32,
    pub width: u32,
    pub height: u32,
    pub grams: u32,
}

/// Why a parcel is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Incomplete,
    TooHeavy,
    TooLarge,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Incomplete => "say how large and how heavy it is",
            Self::TooHeavy => "31.5 kg at most",
            Self::TooLarge => "length and girth together: 300 cm at most",
        })
    }
}

const GRAMS_AT_MOST: u32 = 31_500;
const CENTIMETRES_AT_MOST: u32 = 300;
/// Of each step: up to how many grams, and cents.
const STEPS: [(u32, u32); 4] = [
    (1_000, 380),
    (5_000, 690),
    (10_000, 990),
    (GRAMS_AT_MOST, 1_790),
];
/// A large parcel weighs as much as one gram for 5 cubic centimetres.
const CUBIC_CENTIMETRES_PER_GRAM: u32 = 5;

impl Parcel {
    /// In cents, by weight or by what its volume counts for, whichever is more.
    pub fn price(self) -> Result<u32, Refused> {
        let sides = [self.length, self.width, self.height];
        if self.grams == 0 || sides.contains(&0) {
            return Err(Refused::Incomplete);
        }
        if self.grams > GRAMS_AT_MOST {
            return Err(Refused::TooHeavy);
        }
        if sides.iter().any(|&side| side > CENTIMETRES_AT_MOST)
            || self.with_girth() > CENTIMETRES_AT_MOST
        {
            return Err(Refused::TooLarge);
        }
        let counted = self
            .grams
            .max(sides.iter().product::<u32>() / CUBIC_CENTIMETRES_PER_GRAM);
        let step = STEPS.iter().find(|(grams, _)| counted <= *grams);
        step.map_or(Err(Refused::TooLarge), |&(_, cents)| Ok(cents))
    }

    /// The longest side, and once around the others.
    fn with_girth(self) -> u32 {
        let mut sides = [self.length, self.width, self.height];
        sides.sort_unstable();
        let [short, middle, long] = sides;
        long + 2 * (short + middle)
    }
}

#[cfg(test)]
mod tests {
    use super::{Parcel, Refused};

    fn price([length, width, height]: [u32; 3], grams: u32) -> Result<u32, Refused> {
        Parcel {
            length,
            width,
            height,
            grams,
        }
        .price()
    }

    #[test]
    fn a_step_reaches_up_to_its_weight() {
        assert_eq!(price([20, 15, 5], 1_000), Ok(380));
        assert_eq!(price([20, 15, 5], 1_001), Ok(690));
        assert_eq!(price([20, 15, 5], 31_500), Ok(1_790));
    }

    #[test]
    fn a_large_parcel_counts_by_its_volume() {
        assert_eq!(price([60, 40, 40], 1_000), Ok(1_790));
    }

    #[test]
    fn what_is_not_taken() {
        assert_eq!(price([20, 15, 5], 0), Err(Refused::Incomplete));
        assert_eq!(price([20, 15, 5], 31_501), Err(Refused::TooHeavy));
        assert_eq!(price([150, 40, 40], 1_000), Err(Refused::TooLarge));
        assert_eq!(price([u32::MAX, 1, 1], 1), Err(Refused::TooLarge));
    }
}
