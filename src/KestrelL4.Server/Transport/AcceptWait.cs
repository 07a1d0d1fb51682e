namespace KestrelL4.Server.Transport;

/// <summary>Why a listener waits before it accepts the next connection.</summary>
internal enum AcceptWait
{
    /// <summary>The process has as many files open as it may, or the machine has.</summary>
    Descriptors,

    /// <summary>The kernel has no memory for another socket.</summary>
    KernelMemory,

    /// <summary>The node uses so much memory that it takes on no more.</summary>
    Memory,

    /// <summary>The system refuses for a reason that concerns the listener and not one client.</summary>
    Refusal,
}

/// <summary>The words for <see cref="AcceptWait"/>.</summary>
internal static class AcceptWaitExtensions
{
    /// <summary>The cause as metrics write it.</summary>
    public static string Word(this AcceptWait wait) => wait switch
    {
        AcceptWait.Descriptors => "descriptors",
        AcceptWait.KernelMemory => "kernel_memory",
        AcceptWait.Memory => "memory",
        _ => "refusal",
    };

    /// <summary>The cause for people, with what to do.</summary>
    public static string Sentence(this AcceptWait wait) => wait switch
    {
        AcceptWait.Descriptors =>
            "too many open files; connections wait until some have ended. Raise the limit of open files (ulimit -n, LimitNOFILE=)",
        AcceptWait.KernelMemory =>
            "the kernel has no memory for sockets; connections wait until it has. Raise net.ipv4.tcp_mem, or give the machine or container more memory",
        AcceptWait.Memory => "there is no memory for more connections (Overload:StopAccepting); they wait until there is",
        _ => "the system refuses to accept at all; it is tried ten times a second",
    };
}
