namespace KestrelL4.Cli;

/// <summary>What the command tells its caller. <c>run</c> has its own meanings beside the ones that all verbs share.</summary>
internal static class ExitCode
{
    /// <summary>Done, or yes; of <c>run</c>: stopped and drained.</summary>
    public const int Done = 0;

    /// <summary>
    /// No: findings, refused, unknown id, a wait that timed out, or a failure of this machine such as a full disk;
    /// of <c>run</c>: configuration invalid.
    /// </summary>
    public const int No = 1;

    /// <summary>Of <c>run</c>: cannot start, because a port is taken, a file unreadable or the state directory unsafe or in use.</summary>
    public const int CannotStart = 2;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 4;

    /// <summary>Of <c>run</c>: draining timed out, or was cut short, and connections were aborted.</summary>
    public const int Aborted = 5;
}
