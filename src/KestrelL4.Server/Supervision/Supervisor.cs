using System.Globalization;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Supervision;

/// <summary>What the service manager that started this process, such as systemd, gave it on its way.</summary>
/// <param name="Notifications">Where it wants to be told how the process is; null = nowhere.</param>
/// <param name="Watchdog">Within which time, more than zero, it must hear that the process turns; null = it does not watch.</param>
/// <param name="Sockets">The sockets that it opened and passed.</param>
internal sealed record Supervisor(NotificationSocket? Notifications, TimeSpan? Watchdog, PassedSockets Sockets) : IDisposable
{
    private const string NotifySocket = "NOTIFY_SOCKET";
    private const string WatchdogTime = "WATCHDOG_USEC";
    private const string WatchdogProcess = "WATCHDOG_PID";

    private const string SocketsProcess = "LISTEN_PID";
    private const string SocketsCount = "LISTEN_FDS";
    private const string SocketNames = "LISTEN_FDNAMES";
    private const string SocketsProcessNumber = "LISTEN_PIDFDID";

    // The descriptors behind standard input, output and error, in a row.
    private const int FirstSocket = 3;

    // What sd_listen_fds_with_names(3) calls a descriptor without a name.
    private const string Unnamed = "unknown";

    // The most that a timer can wait, 49 days; beyond it nobody watches.
    private const long MostMicroseconds = uint.MaxValue * 1_000L;

    /// <summary>There is none, or it wants to know nothing.</summary>
    public static Supervisor None { get; } = new(null, null, PassedSockets.None);

    /// <summary>What the environment of this process names. It is taken out of there: what this process starts must not speak in its name.</summary>
    public static Supervisor OfProcess()
    {
        Supervisor manager = Of(Environment.GetEnvironmentVariable, Environment.ProcessId);
        manager.Sockets.KeepFromChildren();
        Array.ForEach(
            [NotifySocket, WatchdogTime, WatchdogProcess, SocketsProcess, SocketsCount, SocketNames, SocketsProcessNumber],
            static variable => Environment.SetEnvironmentVariable(variable, null));
        return manager;
    }

    /// <summary>What variables say to a process; what is meant for another, or cannot be read, counts as unsaid.</summary>
    /// <param name="variable">The value of a variable, or null.</param>
    /// <param name="process">The id of the process.</param>
    public static Supervisor Of(Func<string, string?> variable, int process)
    {
        string self = process.ToString(CultureInfo.InvariantCulture);
        bool isWatched = variable(WatchdogProcess) is not { } watched || watched == self;
        return new Supervisor(
            variable(NotifySocket) is { } path ? NotificationSocket.TryCreate(path) : null,
            isWatched && long.TryParse(variable(WatchdogTime), NumberStyles.None, CultureInfo.InvariantCulture, out long microseconds)
                && microseconds is > 0 and <= MostMicroseconds
                ? TimeSpan.FromMicroseconds(microseconds)
                : null,
            variable(SocketsProcess) == self && ushort.TryParse(variable(SocketsCount), NumberStyles.None, CultureInfo.InvariantCulture, out ushort count)
                ? SocketsOf(variable(SocketNames), count)
                : PassedSockets.None);
    }

    /// <inheritdoc/>
    public void Dispose() => Notifications?.Dispose();

    private static PassedSockets SocketsOf(string? names, int count)
    {
        string[] each = names?.Split(':') ?? [];
        return new PassedSockets([.. Enumerable.Range(0, count).Select(index => (each.ElementAtOrDefault(index) ?? Unnamed, FirstSocket + index))]);
    }
}
