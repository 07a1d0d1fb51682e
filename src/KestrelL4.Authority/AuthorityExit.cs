namespace KestrelL4.Authority;

/// <summary>How an authority ended; the number is the exit code of <c>authority run</c>.</summary>
internal enum AuthorityExit
{
    /// <summary>A signal asked for it.</summary>
    Stopped = 0,

    /// <summary>A file in its directory is wrong.</summary>
    FilesInvalid = 1,

    /// <summary>The address is taken, or the directory unsafe or in use.</summary>
    CannotStart = 2,
}
