//! Where on AWS, and how much dearer that is.

/// A Region by AWS's name for it, for example `il-central-1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(String); // Invariant: lower-case words joined by hyphens, and a digit.

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the name of a Region; Regions are called like il-central-1 or eu-central-1")]
pub struct InvalidRegion(String);

impl Region {
    pub fn parse(name: &str) -> Result<Self, InvalidRegion> {
        let lower_case = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let sound = name.rsplit_once('-').is_some_and(|(words, number)| {
            let counts = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
            counts && (2..=4).contains(&words.split('-').count()) && words.split('-').all(lower_case)
        });
        if sound { Ok(Self(name.to_owned())) } else { Err(InvalidRegion(name.to_owned())) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_called_as_aws_calls_it() {
        for name in ["il-central-1", "us-east-1", "us-gov-west-1", "eu-central-2"] {
            assert_eq!(Region::parse(name).map(|region| region.as_str().to_owned()), Ok(name.to_owned()));
        }
        for name in [
            "",
            "israel",
            "il-central",
            "IL-central-1",
            "il-central-x",
            "il--1",
            "il-central-1a",
            "il-central-+1",
        ] {
            assert_eq!(Region::parse(name), Err(InvalidRegion(name.to_owned())));
        }
    }
}
