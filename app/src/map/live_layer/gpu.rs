//! The layer's objects on the graphics card. All of them are made anew when the card was lost.
//!
//! The map library draws before and after us with the same context: whatever is bound here is
//! unbound again, and our vertex arrays are our own.

use super::scene::{Batch, GLIDE_S, Scene};
use super::shaders;
use super::vertices::{COLOURS, FLOATS_PER_MARKER, FLOATS_PER_VERTEX, indices};
use crate::map::camera::Camera;
use crate::map::palette::Palette;
use castellan_domain::time::Span;
use js_sys::{Float32Array, Uint32Array};
use wasm_bindgen::JsValue;
use web_sys::{
    WebGl2RenderingContext as Gl, WebGlBuffer, WebGlProgram, WebGlShader, WebGlUniformLocation,
    WebGlVertexArrayObject,
};

const FLOAT_BYTES: usize = size_of::<f32>();
/// Markers that a new buffer has room for.
const MARKERS_FIRST: usize = 64;

/// Everything the layer has on the card.
pub(super) struct Gpu {
    gl: Gl,
    program: WebGlProgram,
    matrix: Option<WebGlUniformLocation>,
    viewport: Option<WebGlUniformLocation>,
    curve: Option<WebGlUniformLocation>,
    now: Option<WebGlUniformLocation>,
    glide: Option<WebGlUniformLocation>,
    scale: Option<WebGlUniformLocation>,
    colours: Option<WebGlUniformLocation>,
    indices: WebGlBuffer,
    indexed: usize,
    batches: [Buffer; Batch::ALL.len()],
}

struct Buffer {
    array: WebGlVertexArrayObject,
    vertices: WebGlBuffer,
    /// What is handed to the card; it lives outside the memory of wasm, which may move.
    staging: Float32Array,
    markers: usize,
    room: usize,
}

impl Gpu {
    /// Compiles the program and makes empty buffers.
    pub(super) fn new(gl: Gl) -> Result<Self, JsValue> {
        let program = link(&gl)?;
        let at = |name: &str| gl.get_uniform_location(&program, name);
        let indices = gl.create_buffer().ok_or("no buffer")?;
        let mut batches = Vec::with_capacity(Batch::ALL.len());
        for _ in Batch::ALL {
            batches.push(Buffer::new(&gl, &indices)?);
        }
        let batches = batches.try_into().map_err(|_| "a batch is missing")?;
        Ok(Self {
            matrix: at("u_matrix"),
            viewport: at("u_viewport"),
            curve: at("u_curve"),
            now: at("u_now"),
            glide: at("u_glide"),
            scale: at("u_scale"),
            colours: at("u_colours"),
            program,
            indices,
            indexed: 0,
            batches,
            gl,
        })
    }

    /// Where it draws.
    pub(super) fn context(&self) -> &Gl {
        &self.gl
    }

    /// Draws the scene as it is at this moment.
    pub(super) fn draw(&mut self, scene: &mut Scene, camera: &Camera, scale: f64, mono: Span) {
        for batch in Batch::ALL {
            let (vertices, changed) = scene.vertices(batch, mono);
            if changed {
                self.batches[batch as usize].upload(&self.gl, vertices);
            }
        }
        let most = self.batches.iter().map(|b| b.room).max().unwrap_or(0);
        self.index(most);

        let gl = &self.gl;
        gl.use_program(Some(&self.program));
        self.set_uniforms(scene, camera, scale, mono);
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        gl.disable(Gl::STENCIL_TEST);
        gl.disable(Gl::CULL_FACE);
        gl.depth_mask(false);
        gl.depth_func(Gl::LEQUAL);
        for (batch, which) in self.batches.iter().zip(Batch::ALL) {
            if batch.markers > 0 {
                // A house in front hides an edge. It hides nobody and no alarm.
                if which == Batch::Edges {
                    gl.enable(Gl::DEPTH_TEST);
                } else {
                    gl.disable(Gl::DEPTH_TEST);
                }
                gl.bind_vertex_array(Some(&batch.array));
                gl.draw_elements_with_i32(
                    Gl::TRIANGLES,
                    int(batch.markers * 6),
                    Gl::UNSIGNED_INT,
                    0,
                );
            }
        }
        gl.bind_vertex_array(None);
        gl.bind_buffer(Gl::ARRAY_BUFFER, None);
        gl.use_program(None);
    }

    fn set_uniforms(&self, scene: &Scene, camera: &Camera, scale: f64, mono: Span) {
        let gl = &self.gl;
        let (width, height) = camera.size_px();
        let glide_s = if scene.reduced_motion() {
            0.0
        } else {
            narrow(GLIDE_S)
        };
        gl.uniform_matrix4fv_with_f32_array(self.matrix.as_ref(), false, &camera.matrix_f32());
        gl.uniform2f(self.viewport.as_ref(), narrow(width), narrow(height));
        gl.uniform1f(self.curve.as_ref(), narrow(camera.curve()));
        gl.uniform1f(self.now.as_ref(), narrow(scene.now_s(mono)));
        gl.uniform1f(self.glide.as_ref(), glide_s);
        gl.uniform1f(self.scale.as_ref(), narrow(scale));
        gl.uniform3fv_with_f32_array(self.colours.as_ref(), &colours(&Palette::of(scene.theme())));
    }

    /// Makes sure that `markers` quads have their indices.
    fn index(&mut self, markers: usize) {
        if markers <= self.indexed {
            return;
        }
        let Some(first) = self.batches.first() else {
            return;
        };
        let gl = &self.gl;
        let list = indices(u32::try_from(markers).unwrap_or(u32::MAX));
        // An index buffer is bound into a vertex array: into one of ours, not the map library's.
        gl.bind_vertex_array(Some(&first.array));
        gl.bind_buffer(Gl::ELEMENT_ARRAY_BUFFER, Some(&self.indices));
        gl.buffer_data_with_array_buffer_view(
            Gl::ELEMENT_ARRAY_BUFFER,
            &Uint32Array::from(list.as_slice()),
            Gl::STATIC_DRAW,
        );
        gl.bind_vertex_array(None);
        self.indexed = markers;
    }

    /// Gives everything back.
    pub(super) fn delete(&self) {
        for batch in &self.batches {
            self.gl.delete_vertex_array(Some(&batch.array));
            self.gl.delete_buffer(Some(&batch.vertices));
        }
        self.gl.delete_buffer(Some(&self.indices));
        self.gl.delete_program(Some(&self.program));
    }
}

impl Buffer {
    fn new(gl: &Gl, indices: &WebGlBuffer) -> Result<Self, JsValue> {
        let array = gl.create_vertex_array().ok_or("no vertex array")?;
        let vertices = gl.create_buffer().ok_or("no buffer")?;
        gl.bind_vertex_array(Some(&array));
        gl.bind_buffer(Gl::ELEMENT_ARRAY_BUFFER, Some(indices));
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&vertices));
        let stride = int(FLOATS_PER_VERTEX * FLOAT_BYTES);
        let mut offset = 0;
        for (location, numbers) in [(0, 2), (1, 2), (2, 2), (3, 4)] {
            gl.enable_vertex_attrib_array(location);
            let start = int(offset * FLOAT_BYTES);
            gl.vertex_attrib_pointer_with_i32(
                location,
                int(numbers),
                Gl::FLOAT,
                false,
                stride,
                start,
            );
            offset += numbers;
        }
        gl.bind_vertex_array(None);
        gl.bind_buffer(Gl::ARRAY_BUFFER, None);
        Ok(Self {
            array,
            vertices,
            staging: Float32Array::new_with_length(0),
            markers: 0,
            room: 0,
        })
    }

    fn upload(&mut self, gl: &Gl, vertices: &[f32]) {
        self.markers = vertices.len() / FLOATS_PER_MARKER;
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&self.vertices));
        if self.markers > self.room {
            self.room = self.markers.next_power_of_two().max(MARKERS_FIRST);
            let numbers = self.room * FLOATS_PER_MARKER;
            self.staging = Float32Array::new_with_length(u32::try_from(numbers).unwrap_or(0));
            gl.buffer_data_with_i32(
                Gl::ARRAY_BUFFER,
                int(numbers * FLOAT_BYTES),
                Gl::DYNAMIC_DRAW,
            );
        }
        let used = self
            .staging
            .subarray(0, u32::try_from(vertices.len()).unwrap_or(0));
        used.copy_from(vertices);
        gl.buffer_sub_data_with_i32_and_array_buffer_view(Gl::ARRAY_BUFFER, 0, &used);
        gl.bind_buffer(Gl::ARRAY_BUFFER, None);
    }
}

fn link(gl: &Gl) -> Result<WebGlProgram, JsValue> {
    let vertex = compile(gl, Gl::VERTEX_SHADER, shaders::VERTEX)?;
    let fragment = compile(gl, Gl::FRAGMENT_SHADER, shaders::FRAGMENT)?;
    let program = gl.create_program().ok_or("no program")?;
    gl.attach_shader(&program, &vertex);
    gl.attach_shader(&program, &fragment);
    gl.link_program(&program);
    gl.delete_shader(Some(&vertex));
    gl.delete_shader(Some(&fragment));
    if gl
        .get_program_parameter(&program, Gl::LINK_STATUS)
        .is_truthy()
    {
        Ok(program)
    } else {
        Err(gl.get_program_info_log(&program).unwrap_or_default().into())
    }
}

fn compile(gl: &Gl, kind: u32, source: &str) -> Result<WebGlShader, JsValue> {
    let shader = gl.create_shader(kind).ok_or("no shader")?;
    gl.shader_source(&shader, source);
    gl.compile_shader(&shader);
    if gl
        .get_shader_parameter(&shader, Gl::COMPILE_STATUS)
        .is_truthy()
    {
        Ok(shader)
    } else {
        Err(gl.get_shader_info_log(&shader).unwrap_or_default().into())
    }
}

/// In the order of [`super::vertices::Ink`].
fn colours(palette: &Palette) -> [f32; COLOURS * 3] {
    let [p1, p2, p3, p4] = palette.priority;
    let table: [_; COLOURS] = [
        p1,
        p2,
        p3,
        p4,
        palette.guard,
        palette.select,
        palette.drill,
        palette.task,
        palette.lost,
        palette.outline,
        palette.edge,
        palette.open_edge,
    ];
    let mut numbers = [0.0; COLOURS * 3];
    for (slot, part) in numbers
        .iter_mut()
        .zip(table.iter().flat_map(|colour| colour.rgb()))
    {
        *slot = part;
    }
    numbers
}

/// Sizes of buffers: at most 65,536 markers of 160 bytes.
fn int(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "pixels, seconds within an epoch and ratios: 32 bits are plenty"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}
