import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianMirrors } from './apt-mirrors.mjs';

test('debianMirrors finds the main archive among what a machine uses', () => {
  const cases: ReadonlyArray<[name: string, lines: string[], mirrors: string[]]> = [
    [
      'indices fetched: by origin and label, each once',
      [
        'http://m.example/debian/|main|Debian|Debian',
        'http://m.example/debian/|main|Debian|Debian',
        'http://m.example/debian-security/|main|Debian|Debian-Security',
        'http://m.example/tool|main|Tool|Tool',
      ],
      ['http://m.example/debian/'],
    ],
    [
      'nothing fetched yet: by address',
      ['http://m.example/debian/|main|$(ORIGIN)|$(LABEL)', 'http://m.example/debian-security/|main||'],
      ['http://m.example/debian/'],
    ],
    [
      'a list of mirrors in a file',
      ['mirror+file:/etc/apt/mirrors/debian.list|main||'],
      ['mirror+file:/etc/apt/mirrors/debian.list'],
    ],
    [
      'a snapshot',
      ['http://s.example/archive/debian/20250520T000000Z|main||'],
      ['http://s.example/archive/debian/20250520T000000Z'],
    ],
    ['another name, known by its origin', ['http://m.example/d12/|main|Debian|Debian'], ['http://m.example/d12/']],
    ['another distribution', ['http://m.example/ubuntu/|main|Ubuntu|Ubuntu'], []],
    [
      'a foreign archive at a telling address',
      ['http://m.example/debian|main|Tool|Tool', 'http://m.example/debian|main||'],
      [],
    ],
    [
      'a disc, another component, nothing',
      ['cdrom:[Debian]/debian/|main||', 'http://m.example/debian/|contrib||', ''],
      [],
    ],
  ];
  for (const [name, lines, mirrors] of cases) assert.deepEqual(debianMirrors(lines.join('\n')), mirrors, name);
});
