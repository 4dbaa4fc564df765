/** A language that plugins can be written in: how its sources are known, and what compiles them. */
export interface PluginLanguage {
  /** As it is typed: `assemblyscript`. */
  readonly name: string;
  /** Whether these files of a folder are in it. */
  matches(files: readonly string[]): boolean;
  /**
   * The module, not yet written anywhere.
   *
   * @param folder absolute
   * @throws AW_TOOLCHAIN_MISSING with what to install, AW_PLUGIN_BUILD_FAILED with what the compiler says
   */
  compile(folder: string): Promise<Compiled>;
}

export interface Compiled {
  readonly module: Uint8Array;
  /** What the compiler warns of, as it says it; empty when all is well. */
  readonly warnings: string;
}
