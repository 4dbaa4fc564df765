/**
 * The functions that AutoWeave offers, as they are on the wire: pointers and lengths in bytes, text in UTF-8. Only
 * those that a plugin calls become imports of its module, and only those that it was granted are there.
 *
 * A call that answers gives n ≥ 0 (done, the reply has n bytes), -1 (absent) or n ≤ -2 (refused, the reply is the
 * reason and has -n - 2 bytes).
 */

@external('autoweave', 'input_length')
export declare function inputLength(): i32;

@external('autoweave', 'input_read')
export declare function inputRead(target: usize): void;

@external('autoweave', 'output_write')
export declare function outputWrite(source: usize, length: i32): void;

@external('autoweave', 'error_write')
export declare function errorWrite(source: usize, length: i32): void;

@external('autoweave', 'log')
export declare function logWrite(level: i32, source: usize, length: i32): void;

@external('autoweave', 'kv_get')
export declare function kvGet(key: usize, keyLength: i32): i32;

@external('autoweave', 'kv_set')
export declare function kvSet(key: usize, keyLength: i32, value: usize, valueLength: i32): i32;

@external('autoweave', 'kv_delete')
export declare function kvDelete(key: usize, keyLength: i32): i32;

@external('autoweave', 'queue_add')
export declare function queueAdd(source: usize, length: i32): i32;

@external('autoweave', 'event_emit')
export declare function eventEmit(source: usize, length: i32): i32;

@external('autoweave', 'reply_read')
export declare function replyRead(target: usize): void;
