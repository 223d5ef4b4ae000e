//! How the live code reaches the scene: past the view tree, straight to the next frame.

use super::scene::Scene;
use std::cell::RefCell;
use std::rc::Rc;

type Wake = Box<dyn Fn()>;

/// Shared access to one map's [`Scene`]. Clones are the same scene.
#[derive(Clone, Default)]
pub struct SceneHandle {
    scene: Rc<RefCell<Scene>>,
    wake: Rc<RefCell<Option<Wake>>>,
}

impl SceneHandle {
    /// A scene that no map shows yet; what is put in it appears once one does.
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes the scene. If that shows, the map draws a frame; many changes before it are one frame.
    pub fn update<T>(&self, change: impl FnOnce(&mut Scene) -> T) -> T {
        let result = change(&mut self.scene.borrow_mut());
        if let Some(wake) = self.wake.borrow().as_ref() {
            wake();
        }
        result
    }

    /// Looks at the scene.
    pub fn read<T>(&self, look: impl FnOnce(&Scene) -> T) -> T {
        look(&self.scene.borrow())
    }

    /// Works on the scene without waking the map.
    pub(super) fn draw<T>(&self, draw: impl FnOnce(&mut Scene) -> T) -> T {
        draw(&mut self.scene.borrow_mut())
    }

    /// Connects the scene with a map, or with none.
    pub(in crate::map) fn attach(&self, wake: Option<Wake>) {
        *self.wake.borrow_mut() = wake;
    }
}
