//! The live map: an estate drawn by MapLibre GL JS, everything that moves drawn by our own WebGL2
//! layer in it, and what is named by elements of the page above it.
//!
//! [`estate_layers`] turns an estate into GeoJSON and [`estate_style`] says what it looks like; both
//! are pure. `maplibre` holds the only bindings to the map library. [`live_layer`] keeps what moves
//! in a [`live_layer::Scene`] and draws it; positions go there through a `SceneHandle`, past the
//! view tree. `view` is the component that owns the map's one `<div>`.
//!
//! Nothing here is the only way to something: what is drawn also exists as a row in a list.

pub mod badges;
mod borders;
pub mod camera;
pub mod estate_layers;
pub mod estate_style;
pub mod floor_layout;
pub mod floor_pictures;
pub mod floors;
pub mod footprint;
mod geojson;
pub mod home;
pub mod houses;
pub mod labels;
pub mod live_layer;
pub mod outline;
pub mod palette;
pub mod scale;
pub mod sights;
pub mod texts;
pub mod things;

#[cfg(target_arch = "wasm32")]
mod above;
#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod floor_views;
#[cfg(target_arch = "wasm32")]
mod fonts;
#[cfg(target_arch = "wasm32")]
mod machine;
#[cfg(target_arch = "wasm32")]
mod maplibre;
#[cfg(target_arch = "wasm32")]
mod overlay;
#[cfg(target_arch = "wasm32")]
mod past;
#[cfg(target_arch = "wasm32")]
mod plates;
#[cfg(target_arch = "wasm32")]
mod running;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod way_ends;

#[cfg(target_arch = "wasm32")]
pub use floor_views::floor_inset;
#[cfg(target_arch = "wasm32")]
pub use live_layer::SceneHandle;
pub use live_layer::scene::Scene;
#[cfg(target_arch = "wasm32")]
pub use view::MapView;
