// The npm package ws against an echo: node ws.js ADDRESS PER_MESSAGE_DEFLATE CLOSE_CODE. Says what happened, a line each.
const crypto = require('crypto');
const WebSocket = require('ws');

const [, , address, deflate, code] = process.argv;
const random = crypto.randomBytes(1 << 20);
const messages = [['hello', 'hello'], ['hello again', 'hello'], ['nothing', ''], ['characters', '\u03ba\u1f79\u03c3\u03bc\u03b5 \u{1f600} '.repeat(100)],
  ['bytes', random.subarray(0, 1000)], ['the same bytes', random.subarray(0, 1000)], ['1 MiB of text', random.toString('latin1')], ['1 MiB of bytes', random]];
const socket = new WebSocket(address, ['v1.echo', 'v2.echo'], {perMessageDeflate: JSON.parse(deflate), handshakeTimeout: 10000});
let waiting, agreed;
setTimeout(() => { say("too slow"); process.exit(1); }, 60000).unref();

function say(words) { console.log(words); }
function next() { return new Promise(resolve => { waiting = resolve; }); }

socket.on('upgrade', answer => { agreed = answer.headers['sec-websocket-extensions'] || 'none'; });
socket.on('error', failure => { say('error ' + failure.message); process.exitCode = 1; });
socket.on('close', (why, reason) => say(('closed ' + why + ' ' + reason).trim()));
socket.on('message', (data, binary) => waiting({data, binary}));
socket.on('pong', data => waiting({data, binary: true}));
socket.on('open', async () => {
  say('subprotocol ' + socket.protocol);
  say('extensions ' + agreed);
  for (const [name, message] of messages) {
    const bytes = Buffer.from(message);
    socket.send(message);
    const back = await next();
    if (back.binary !== Buffer.isBuffer(message) || !bytes.equals(back.data)) say('changed: ' + name);
  }
  say(messages.length + ' messages');
  socket.ping('are you there');
  say('pong ' + (await next()).data);
  if (code === 'too long') socket.send(Buffer.alloc((16 << 20) + 1));
  else if (code === 'none') socket.close();
  else socket.close(Number(code), 'reason');
});
