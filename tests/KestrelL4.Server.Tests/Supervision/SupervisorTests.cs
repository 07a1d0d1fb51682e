using System.Globalization;
using KestrelL4.Server.Supervision;

namespace KestrelL4.Server.Tests.Supervision;

[Collection(ProcessWide.Name)]
public sealed class SupervisorTests
{
    private const int Self = 4711;

    [Fact]
    public void Of_NothingSaid_IsNone()
    {
        Supervisor manager = Of();

        Assert.Null(manager.Notifications);
        Assert.Null(manager.Watchdog);
        Assert.Empty(manager.Sockets.Names);
    }

    [Theory]
    [InlineData("/run/systemd/notify", true)]
    [InlineData("@name", true)]
    [InlineData("", false)]
    [InlineData("@", false)]
    [InlineData("relative", false)]
    [InlineData("vsock:2:1234", false)]
    public void Of_NotifySocket_TakesPathsAndNames(string address, bool isUnderstood)
    {
        using Supervisor manager = Of(("NOTIFY_SOCKET", address));

        Assert.Equal(isUnderstood, manager.Notifications is not null);
    }

    [Fact]
    public void Of_NotifySocketLongerThanAnySockets_IsNone() => Assert.Null(Of(("NOTIFY_SOCKET", "/" + new string('n', 200))).Notifications);

    [Theory]
    [InlineData("30000000", null, 30_000)]
    [InlineData("30000000", "4711", 30_000)]
    [InlineData("30000000", "4712", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("18446744073709551615", null, null)]
    [InlineData("soon", null, null)]
    public void Of_Watchdog_HoldsForItsProcessOnly(string time, string? process, int? milliseconds)
    {
        Supervisor manager = Of(("WATCHDOG_USEC", time), ("WATCHDOG_PID", process));

        Assert.Equal(milliseconds, (int?)manager.Watchdog?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("4711", "2", "echo:admin", "echo admin")]
    [InlineData("4711", "3", "echo:echo:admin", "echo admin")]
    [InlineData("4711", "1", null, "unknown")]
    [InlineData("4711", "2", "echo", "echo unknown")]
    [InlineData("4711", "0", "", "")]
    [InlineData("4711", "many", "echo", "")]
    [InlineData("4712", "1", "echo", "")]
    [InlineData(null, "1", "echo", "")]
    public void Of_Sockets_HoldForTheirProcessOnly(string? process, string count, string? names, string expected)
    {
        Supervisor manager = Of(("LISTEN_PID", process), ("LISTEN_FDS", count), ("LISTEN_FDNAMES", names));

        Assert.Equal(expected, string.Join(' ', manager.Sockets.Names));
    }

    [Fact]
    public void OfProcess_VariablesSet_TakesThemFromTheEnvironment()
    {
        string[] names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        string[] values = ["@kestrell4-nobody", "30000000", self, self, "0", ""];
        foreach ((string name, string value) in names.Zip(values))
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        using var manager = Supervisor.OfProcess();

        Assert.NotNull(manager.Notifications);
        Assert.Equal(TimeSpan.FromSeconds(30), manager.Watchdog);
        Assert.All(names, static name => Assert.Null(Environment.GetEnvironmentVariable(name)));
    }

    private static Supervisor Of(params (string Name, string? Value)[] variables) =>
        Supervisor.Of(name => Array.Find(variables, variable => variable.Name == name).Value, Self);
}
