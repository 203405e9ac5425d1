// stomp.js URL COUNT AUTHORIZATION: this many STOMP clients subscribe, one of them speaks until all have heard it; prints how many have.
const {WebSocket} = require('ws');
const {Client} = require('@stomp/stompjs');
const [url, count, authorization] = [process.argv[2], Number(process.argv[3]), process.argv[4]];
const heard = new Set();
const clients = [];
let connected = 0;

function speak() {
  clients[0].publish({destination: '/app/shout', body: 'hello'});
  if (heard.size < count) setTimeout(speak, 300);
}

for (let i = 0; i < count; i++) {
  const client = new Client({
    webSocketFactory: () => new WebSocket(url, ['v12.stomp'], {headers: {Authorization: authorization}}),
    reconnectDelay: 0,
    onConnect: () => {
      client.subscribe('/topic/shouts', message => {
        if (message.body === 'HELLO') heard.add(i);
        if (heard.size === count) finish();
      });
      if (++connected === count) speak();
    },
    onWebSocketError: failure => console.log(String(failure.message)),
  });
  clients.push(client);
  client.activate();
}

function finish() {
  console.log(`${heard.size} heard it`);
  process.exit(0);
}
setTimeout(() => { console.log(`${connected} connected, ${heard.size} heard it`); process.exit(1); }, 60000);
