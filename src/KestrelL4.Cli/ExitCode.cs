namespace KestrelL4.Cli;

/// <summary>What the command tells its caller; <c>run</c> ends as its node ended, by <see cref="Server.NodeExit"/>.</summary>
internal static class ExitCode
{
    /// <summary>Done, or yes.</summary>
    public const int Done = 0;

    /// <summary>No: findings, refused, unknown id, a wait that timed out, or a failure of this machine such as a full disk.</summary>
    public const int No = 1;

    /// <summary>The running node that a verb acts on cannot be reached.</summary>
    public const int NodeNotReachable = 2;

    /// <summary>The running authority that a verb acts on cannot be reached.</summary>
    public const int AuthorityNotReachable = 3;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 4;
}
