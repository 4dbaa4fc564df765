import { Value } from 'autoweave';

/** What a device is for: by the class that it gives itself, else by the words of its name. */
export function guessClass(device: Value): string {
  const given = byNumber(<i32>device.integer('deviceClass'));
  if (given.length > 0) return given;
  const name = ` ${device.text('vendor')} ${device.text('product')} `.toLowerCase();
  for (let index = 0; index < CLASSES.length; index++) {
    const words = WORDS[index];
    for (let word = 0; word < words.length; word++) {
      if (name.includes(words[word])) return CLASSES[index];
    }
  }
  return 'something else';
}

/** The first that fits counts: a "label printer" is a printer before it is anything else. */
const CLASSES: string[] = ['printer', 'scanner', 'camera', 'audio', 'storage', 'network', 'hub', 'input', 'serial'];

const WORDS: string[][] = [
  ['printer', 'label', 'laserjet', 'dymo', 'zebra'],
  ['scanner', 'barcode', 'scanjet'],
  ['camera', 'webcam', 'video'],
  ['audio', 'headset', 'microphone', 'speaker', 'sound'],
  ['storage', 'flash', 'disk', 'ssd', 'card reader', 'datatraveler', 'sandisk'],
  ['ethernet', 'wireless', 'wi-fi', 'bluetooth', 'modem', ' lan '],
  [' hub '],
  ['keyboard', 'mouse', 'receiver', 'gamepad', 'joystick', 'touch', 'tablet', 'security key', 'yubikey'],
  ['serial', 'uart', 'ftdi', 'arduino', 'jtag'],
];

/** Of the classes that a device can have as a whole; most leave it to their interfaces, and say 0. */
function byNumber(deviceClass: i32): string {
  if (deviceClass == 0x02) return 'network';
  if (deviceClass == 0x03) return 'input';
  if (deviceClass == 0x07) return 'printer';
  if (deviceClass == 0x08) return 'storage';
  if (deviceClass == 0x09) return 'hub';
  if (deviceClass == 0x0e) return 'camera';
  if (deviceClass == 0xe0) return 'network';
  return '';
}
