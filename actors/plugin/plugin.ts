import { type ActorContext, defineActor } from '../../runtime/actor/definition.ts';
import { TerminalError } from '../../runtime/errors/errors.ts';
import { intersect, isSame } from '../../runtime/plugins/permissions.ts';
import { NO_RECORD, PLUGIN, type PluginConsent, type PluginRecord } from '../../runtime/plugins/plugin-record.ts';
import { takeBack, takenBy } from '../../runtime/plugins/take-back.ts';
import { HOOKED_DEVICES, PLUGIN_HOOKS } from './plugin-hooks.ts';

/**
 * One key per plugin, by its name: what was granted to it, and what the host has last done with it. The host does, this
 * remembers: consent and the wish to have it loaded outlive every process.
 */
export const plugin = defineActor({
  name: PLUGIN,
  description: 'What is known of a plugin: its manifest, what was granted to it, and whether it is loaded',
  file: 'actors/plugin/plugin.ts',
  init: (): PluginRecord => ({ ...NO_RECORD }),
  commands: {
    'plugin.grant'(ctx, state, { data, time }) {
      keep(ctx, state, { ...data, at: time });
      ctx.emit('plugin.granted', { plugin: ctx.key, version: data.version, granted: data.granted });
      return state;
    },

    'plugin.revoke'(ctx, state, { data, time }) {
      if (state.consent === null) return false;
      if (data.capabilities !== undefined) {
        const { granted } = state.consent;
        const left = takeBack(granted, data.capabilities);
        if (isSame(left, intersect(granted, granted))) return false;
        const capabilities = [...takenBy(granted, data.capabilities)];
        keep(ctx, state, { ...state.consent, granted: left, changedAt: time });
        ctx.emit('plugin.revoked', { plugin: ctx.key, capabilities, granted: left });
        return true;
      }
      state.consent = null;
      forgetDenial(state);
      ctx.cast(PLUGIN_HOOKS, HOOKED_DEVICES, 'plugin-hooks.remove', { plugin: ctx.key });
      ctx.emit('plugin.revoked', { plugin: ctx.key });
      return true;
    },

    'plugin.record'(ctx, state, { data, time }) {
      const { status, manifest, manifestPath, sha256, options, functions, error, durationMs } = data;
      state.error = error ?? null;
      // The older load goes on: who wants to call it may.
      if (status !== 'FAILED' || data.isStillLoaded !== true) state.status = status;
      if (status === 'FAILED') {
        if (manifest !== undefined && state.manifest === null) state.manifest = manifest;
        if (manifestPath !== undefined && state.manifestPath === '') state.manifestPath = manifestPath;
        ctx.emit('plugin.failed', { plugin: ctx.key, error: error ?? NO_REASON });
        return state;
      }
      if (status === 'UNLOADED') {
        state.isWanted = false;
        ctx.cast(PLUGIN_HOOKS, HOOKED_DEVICES, 'plugin-hooks.remove', { plugin: ctx.key });
        ctx.emit('plugin.unloaded', { plugin: ctx.key, pluginId: idOf(ctx, state) });
        return state;
      }
      if (manifest === undefined || sha256 === undefined || manifestPath === undefined) {
        throw new TerminalError('AW_DATA_INVALID', 'Cannot record a plugin as loaded: its manifest is not given');
      }
      Object.assign(state, { manifest, manifestPath, sha256, options: options ?? {}, functions: functions ?? [] });
      state.isWanted = true;
      state.loadedAt = time;
      hear(ctx, data);
      ctx.emit('plugin.loaded', {
        plugin: ctx.key,
        pluginId: idOf(ctx, state),
        sha256,
        ...(durationMs === undefined ? {} : { durationMs }),
      });
      return state;
    },

    'plugin.deny'(ctx, _state, { data }) {
      for (const denial of data.denials) ctx.emit('plugin.denied', { plugin: ctx.key, ...denial });
    },

    'plugin.describe': (_ctx, state) => state,

    // Of a call for a device, which nobody else waits for. Jobs of before this version tell of each outcome.
    'job.ended'(ctx, _state, { data: { outcome, ref, jobId, error } }) {
      if (outcome !== 'failed') return;
      ctx.emit('plugin.hook_failed', { plugin: ctx.key, hook: ref, jobId, error: error ?? NO_REASON });
    },
  },
});

const NO_REASON = { code: 'AW_UNEXPECTED', message: 'No reason' };

function keep(ctx: ActorContext, state: PluginRecord, consent: PluginConsent): void {
  state.consent = consent;
  // What was taken away is gone at once, not only when it was loaded anew.
  const { manifest } = state;
  if (state.isWanted && manifest !== null && consent.source === state.manifestPath) {
    hear(ctx, { manifest, effective: intersect(manifest.permissions, consent.granted) });
  }
  forgetDenial(state);
}

/** That it could not be linked was with what was granted then; whether it can be now the next load says. */
function forgetDenial(state: PluginRecord): void {
  if (state.error?.code !== 'AW_PLUGIN_IMPORT_DENIED') return;
  state.error = null;
  if (state.status === 'FAILED') state.status = state.loadedAt === null ? null : 'UNLOADED';
}

/** Tells of devices what it is to be told, and nothing more than before. */
function hear(ctx: ActorContext, { manifest, effective }: { manifest?: PluginRecord['manifest']; effective?: object }) {
  const { onUSBAttach, onUSBDetach } = manifest?.hooks ?? {};
  if (onUSBAttach === undefined && onUSBDetach === undefined) {
    ctx.cast(PLUGIN_HOOKS, HOOKED_DEVICES, 'plugin-hooks.remove', { plugin: ctx.key });
    return;
  }
  ctx.cast(PLUGIN_HOOKS, HOOKED_DEVICES, 'plugin-hooks.set', {
    plugin: ctx.key,
    permissions: effective ?? {},
    ...(onUSBAttach === undefined ? {} : { onUSBAttach }),
    ...(onUSBDetach === undefined ? {} : { onUSBDetach }),
  });
}

function idOf(ctx: ActorContext, { manifest }: PluginRecord): string {
  return `${ctx.key}@${manifest?.version ?? '0.0.0'}`;
}
