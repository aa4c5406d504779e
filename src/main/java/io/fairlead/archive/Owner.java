package io.fairlead.archive;

/** Who gets what is unpacked. */
public sealed interface Owner {
  /** Whom the archive names. */
  record Archived() implements Owner {}

  /** Whoever unpacks. */
  record Unpacker() implements Owner {}

  record Fixed(int uid, int gid) implements Owner {}
}
