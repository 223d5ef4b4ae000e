// The peer of `cargo xtask bench fan-out`: what a WebSocket server on Bun (uWebSockets) takes to hand
// each position to everybody. Whoever comes to /watch gets what is sent to /publish.
const [hostname, port] = process.argv[2].split(":");
const server = Bun.serve({
  hostname,
  port: Number(port),
  fetch(request, server) {
    const { pathname } = new URL(request.url);
    const isUpgraded = server.upgrade(request, { data: { watches: pathname === "/watch" } });
    return isUpgraded ? undefined : new Response("a WebSocket is expected", { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(ws) {
      if (ws.data.watches) ws.subscribe("positions");
      ws.send("ready");
    },
    message(ws, position) {
      server.publish("positions", position);
    },
  },
});
