//! The program that draws every marker. Corners come from the vertex number, positions glide
//! between two points, and shapes are distances: crisp at every size and pixel density.

/// Where a marker is and how large its quad must be.
pub(super) const VERTEX: &str = r"#version 300 es
precision highp float;
layout(location = 0) in vec2 a_to;
layout(location = 1) in vec2 a_from;
layout(location = 2) in vec2 a_when;
layout(location = 3) in vec4 a_look;

uniform mat4 u_matrix;
uniform vec2 u_viewport;
uniform float u_curve;
uniform float u_now;
uniform float u_glide;
uniform float u_scale;

out vec2 v_at;
flat out vec4 v_look;
flat out vec2 v_facing;
flat out float v_belief;

vec4 place_above(vec2 metres, float height) {
  return u_matrix * vec4(metres.x, metres.y + u_curve * metres.y * metres.y, height, 1.0);
}

vec4 place(vec2 metres) {
  return place_above(metres, 0.0);
}

// A piece of a way, with round ends. What lies behind the camera is cut off. What is in front of it is judged
// one metre higher: an edge is not hidden by its own wall.
void way(vec2 corner, float half_width, float height) {
  const float NEAR = 1.0;
  vec4 a = place_above(a_from, height);
  vec4 b = place_above(a_to, height);
  vec4 front = place_above(corner.x > 0.0 ? a_to : a_from, height + 1.0);
  if (a.w < NEAR && b.w < NEAR) {
    gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
    return;
  }
  if (a.w < NEAR) {
    a = mix(a, b, (NEAR - a.w) / (b.w - a.w));
  } else if (b.w < NEAR) {
    b = mix(b, a, (NEAR - b.w) / (a.w - b.w));
  }
  vec2 from = a.xy / a.w * u_viewport * 0.5;
  vec2 to = b.xy / b.w * u_viewport * 0.5;
  float reach = (half_width + 1.0) * u_scale;
  float length_px = length(to - from);
  vec2 along = length_px > 1e-3 ? (to - from) / length_px : vec2(1.0, 0.0);
  bool at_end = corner.x > 0.0;
  vec2 at = (at_end ? to : from) + (along * corner.x + vec2(-along.y, along.x) * corner.y) * reach;
  gl_Position = vec4(at * 2.0 / u_viewport, front.z / max(front.w, NEAR), 1.0);
  v_at = vec2(at_end ? length_px + reach : -reach, corner.y * reach) / u_scale;
  v_facing = vec2(length_px / u_scale, 0.0);
}

void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float((gl_VertexID >> 1) & 1)) * 2.0 - 1.0;
  float along = u_glide > 0.0 ? clamp((u_now - a_when.x) / u_glide, 0.0, 1.0) : 1.0;
  vec2 metres = mix(a_from, a_to, along);
  float call = floor(a_look.x / 10.0);
  float shape = a_look.x - call * 10.0;
  v_look = vec4(shape, a_look.y, call, a_look.w);
  v_belief = a_when.y;
  v_facing = vec2(0.0);
  if (shape > 6.5) {
    way(corner, a_look.y, shape > 7.5 ? a_when.x : 0.0);
    return;
  }
  if (shape < 0.5) {
    gl_Position = place(metres + corner * a_look.y * 1.08);
    v_at = corner * 1.08;
    return;
  }
  // What stands still says its height in the place of the moment when it set out.
  bool stands = a_to == a_from && shape > 1.5;
  vec4 centre = place_above(metres, stands ? a_when.x : 0.0);
  if (a_look.z > -50.0) {
    vec4 ahead = place(metres + 2.0 * vec2(sin(a_look.z), cos(a_look.z)));
    vec2 facing = (ahead.xy / ahead.w - centre.xy / centre.w) * u_viewport;
    v_facing = length(facing) > 1e-6 ? normalize(facing) : vec2(0.0);
  }
  float reach = shape < 1.5 ? 18.0 : (shape > 5.5 ? a_look.y + 6.0 : a_look.y * 2.6 + 4.0);
  gl_Position = centre;
  gl_Position.xy += corner * reach * u_scale * 2.0 / u_viewport * centre.w;
  v_at = corner * reach;
}
";

/// What a marker looks like. Colours are premultiplied.
pub(super) const FRAGMENT: &str = r"#version 300 es
precision highp float;
in vec2 v_at;
flat in vec4 v_look;
flat in vec2 v_facing;
flat in float v_belief;

uniform vec3 u_colours[12];

out vec4 o_colour;

const int TASK = 7;
const int LOST = 8;
const int OUTLINE = 9;

vec4 under(vec4 above, vec3 colour, float alpha) {
  return above + (1.0 - above.a) * vec4(colour * alpha, alpha);
}

// 1 inside, 0 outside, one pixel in between.
float inside(float distance, float pixel) {
  return clamp(0.5 - distance / pixel, 0.0, 1.0);
}

float half_plane(vec2 p, vec2 a, vec2 b) {
  vec2 e = normalize(b - a);
  return dot(p - a, vec2(-e.y, e.x));
}

// Corners run clockwise.
float triangle(vec2 p, vec2 a, vec2 b, vec2 c) {
  return max(max(half_plane(p, a, b), half_plane(p, b, c)), half_plane(p, c, a));
}

float chevron(vec2 p) {
  vec2 tip = vec2(0.0, 10.0);
  vec2 notch = vec2(0.0, -3.5);
  return min(triangle(p, tip, notch, vec2(-7.5, -8.0)), triangle(p, tip, vec2(7.5, -8.0), notch));
}

float question_mark(vec2 p) {
  vec2 c = p - vec2(0.0, 1.7);
  float arc = abs(length(c) - 2.3);
  if (c.x < 0.0 && c.y < 0.0) {
    arc = min(length(c - vec2(-2.3, 0.0)), length(c - vec2(0.0, -2.3)));
  }
  float stem = length(p - vec2(0.0, clamp(p.y, -1.9, -0.6)));
  return min(min(arc, stem) - 0.8, length(p - vec2(0.0, -4.3)) - 1.0);
}

float severity(float shape, vec2 p, float size) {
  if (shape < 2.5) {
    vec2 q = vec2(abs(p.x), p.y + size * 0.12);
    return max(dot(q, vec2(0.8660254, 0.5)) - size * 0.52, -q.y - size * 0.52) - size * 0.08;
  }
  if (shape < 3.5) {
    return (abs(p.x) + abs(p.y)) * 0.70710678 - size * 0.70;
  }
  if (shape < 4.5) {
    return length(p) - size * 0.82;
  }
  return max(abs(p.x), abs(p.y)) - size * 0.70;
}

vec4 accuracy(float pixel) {
  float known = max(v_belief, 0.0);
  float distance = length(v_at) - 1.0;
  vec3 colour = u_colours[int(v_look.w)];
  vec4 above = vec4(0.0);
  above = under(above, colour, inside(abs(distance) - pixel * 0.6, pixel) * 0.38 * known);
  return under(above, colour, inside(distance, pixel) * 0.07 * known);
}

vec4 person(float pixel) {
  vec4 above = vec4(0.0);
  vec3 dark = u_colours[OUTLINE];
  float known = max(v_belief, 0.0);
  if (v_belief < 0.0) {
    vec3 grey = u_colours[LOST];
    float ring = length(v_at) - 8.5;
    above = under(above, grey, inside(question_mark(v_at), pixel));
    above = under(above, grey, inside(abs(ring) - 0.9, pixel));
    return under(above, dark, inside(ring - 2.2, pixel) * 0.8);
  }
  vec3 colour = mix(u_colours[LOST], u_colours[int(v_look.w)], 0.25 + 0.75 * known);
  float body = length(v_at) - 6.5;
  if (dot(v_facing, v_facing) > 0.5) {
    body = chevron(vec2(v_at.x * v_facing.y - v_at.y * v_facing.x, dot(v_at, v_facing))) - 0.5;
  }
  float call = v_look.z;
  float ring = abs(length(v_at) - 15.0) - 0.6;
  if (call > 1.5) {
    above = under(above, colour, inside(abs(body + 0.8) - 0.8, pixel));
    above = under(above, dark, inside(body - 1.5, pixel) * 0.9);
    float turn = atan(v_at.y, v_at.x) * 15.0 / 7.85398;
    return under(above, colour, inside(ring, pixel) * step(fract(turn), 0.5) * 0.9);
  }
  above = under(above, colour, inside(body, pixel));
  above = under(above, dark, inside(body - 2.0, pixel) * 0.85);
  if (call > 0.5) {
    above = under(above, colour, inside(ring, pixel) * 0.45 * known);
    above = under(above, colour, inside(length(v_at) - 15.0, pixel) * 0.12 * known);
  }
  return above;
}

vec4 way(float pixel) {
  float x = clamp(v_at.x, 0.0, v_facing.x);
  float body = length(v_at - vec2(x, 0.0)) - v_look.y;
  float sure = v_look.z > 0.5 ? 1.0 : step(fract(v_at.x / 9.0), 0.5);
  return under(vec4(0.0), u_colours[int(v_look.w)], inside(body, pixel) * sure);
}

vec4 alarm(float pixel) {
  float size = v_look.y;
  float call = v_look.z;
  vec3 colour = u_colours[int(v_look.w)];
  float body = severity(v_look.x, v_at, size);
  vec4 above = vec4(0.0);
  if (call < 0.5) {
    above = under(above, colour, inside(abs(body + 1.0) - 1.0, pixel) * 0.8);
    return under(above, u_colours[OUTLINE], inside(body - 1.5, pixel) * 0.6);
  }
  above = under(above, colour, inside(body, pixel));
  above = under(above, u_colours[OUTLINE], inside(body - 2.0, pixel) * 0.9);
  return above;
}

vec4 selection(float pixel) {
  float ring = abs(length(v_at) - v_look.y) - 1.1;
  vec2 q = abs(v_at);
  // Open at the four quarters, like a sight.
  float gap = min(q.x, q.y) - v_look.y * 0.24;
  float mark = max(ring, -gap);
  vec4 above = under(vec4(0.0), u_colours[int(v_look.w)], inside(mark, pixel));
  return under(above, u_colours[OUTLINE], inside(mark - 1.2, pixel) * 0.7);
}

void main() {
  float pixel = max(fwidth(v_at.x), fwidth(v_at.y));
  if (v_look.x < 0.5) {
    o_colour = accuracy(pixel);
  } else if (v_look.x < 1.5) {
    o_colour = person(pixel);
  } else if (v_look.x > 6.5) {
    o_colour = way(pixel);
  } else if (v_look.x > 5.5) {
    o_colour = selection(pixel);
  } else {
    o_colour = alarm(pixel);
  }
}
";
