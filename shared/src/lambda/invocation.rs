//! What goes around the work on each event.

use std::future::Future;

use application::World;

/// Works an event off, and then hands over what was counted: also when it failed, since what was committed stays.
pub async fn counted<T>(world: &World, work: impl Future<Output = T>) -> T {
    let done = work.await;
    world.figures.flush(world.clock.now());
    done
}
