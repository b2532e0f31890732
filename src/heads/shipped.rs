//! The heads that the program carries.

use super::{HeadFileError, Heads};

/// One file for each model that heads were trained for. `evenkeel train heads` makes them; their
/// cards lie beside them.
const FILES: [&[u8]; 2] = [
    include_bytes!("../../models/heads/evenkeel-135m-3.safetensors"),
    include_bytes!("../../models/heads/smollm2-135m-instruct-q4_1.safetensors"),
];

impl Heads {
    /// The heads trained on exactly the model with this checksum, if the program carries them.
    ///
    /// # Errors
    /// [`HeadFileError`] if a file that was built in is damaged; a test sees to it that none is.
    pub fn shipped(model_sha256: &str) -> Result<Option<Self>, HeadFileError> {
        for bytes in FILES {
            let heads = Self::parse(bytes)?;
            if heads.model_sha256 == model_sha256 {
                return Ok(Some(heads));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_heads_are_whole_and_belong_to_the_default_model_and_its_base() -> Result<(), HeadFileError>
    {
        let default = "7a2ba524b9781f8f9ad4a4eca94a75b236dde3abc63eed983ff649fe5aa37059";
        let base = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
        for model in [default, base] {
            let heads = Heads::shipped(model)?;
            assert!(
                heads.is_some_and(|h| h.linear("distortion", 13).is_ok() && h.linear("level", 5).is_ok())
            );
        }
        assert!(Heads::shipped("another")?.is_none());
        Ok(())
    }
}
