// ws.js URL: exchanges a short and a long text over a WebSocket, and prints what comes back, its extensions and the code of the close.
const {WebSocket} = require('ws');
const socket = new WebSocket(process.argv[2], {headers: {Authorization: process.argv[3]}});
const long = 'x'.repeat(100000);
let received = 0;
socket.on('open', () => console.log(`open ${socket.extensions}`));
socket.on('message', data => {
  const text = data.toString();
  console.log(text.length < 80 ? text : `${text.length} characters, ${text.endsWith(long)}`);
  if (++received === 1) socket.send('hello');
  if (received === 2) socket.send(long);
  if (received === 3) socket.close(1000);
});
socket.on('close', code => console.log(`closed ${code}`));
socket.on('error', failure => console.log(failure.message));
