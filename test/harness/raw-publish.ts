import { once } from 'node:events';
import { connect } from 'node:net';

/** Publishes a header block that no client would write, straight over the wire; resolves when the server has taken it. */
export async function publishRawHeaders(url: string, subject: string, headers: string, body: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'data');
  const block = `NATS/1.0\r\n${headers}\r\n\r\n`;
  const headerBytes = Buffer.byteLength(block);
  const total = headerBytes + Buffer.byteLength(body);
  socket.write('CONNECT {"verbose":false,"headers":true}\r\n');
  socket.write(`HPUB ${subject} ${headerBytes} ${total}\r\n${block}${body}\r\nPING\r\n`);
  let received = '';
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.includes('PONG')) break;
  }
  socket.destroy();
}
