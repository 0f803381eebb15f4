//! Trouble on request: what a test wants the next calls to suffer.

/// What happens to a call instead of a fair answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The platform says no, with this error, and does nothing.
    Refuse { status: u16, code: u32, subcode: Option<u32> },
    /// The connection breaks before the platform has done anything.
    DropBefore,
    /// The platform does it, and the answer is lost.
    DropAfter,
}
