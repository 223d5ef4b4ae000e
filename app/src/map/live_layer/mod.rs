//! Our WebGL2 layer above the map: people, alarms, selection.
//!
//! [`scene`] holds what is drawn, decides how it looks at a moment, and finds what is under the
//! pointer; it is pure. `gpu` draws its vertices, with the programs of `shaders`, inside the map
//! library's own frame. A frame costs one draw call per [`scene::Batch`] and one buffer update per
//! batch that changed, beside the whole map below; so there is no frame without a change, and [`pace`]
//! says how often what moves by itself may ask for one. What pulses does so above the map, in the page.

pub mod pace;
pub mod scene;
pub mod vertices;

#[cfg(target_arch = "wasm32")]
mod gpu;
#[cfg(target_arch = "wasm32")]
mod handle;
#[cfg(target_arch = "wasm32")]
mod layer;
#[cfg(target_arch = "wasm32")]
mod meter;
#[cfg(target_arch = "wasm32")]
mod shaders;

#[cfg(target_arch = "wasm32")]
pub use handle::SceneHandle;
#[cfg(target_arch = "wasm32")]
pub(in crate::map) use layer::LiveLayer;
