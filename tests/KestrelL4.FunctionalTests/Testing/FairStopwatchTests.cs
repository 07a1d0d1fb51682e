namespace KestrelL4.FunctionalTests.Testing;

public sealed class FairStopwatchTests
{
    // Each ends by itself, should the tests be killed.
    private static readonly string[] BusyLoop = ["-c", "0", "sh", "-c", "ulimit -t 30; while :; do :; done"];

    [RequiresToolFact("taskset")]
    public async Task Granted_ProcessMustShareItsProcessor_LacksWhatItWaited()
    {
        using NodeProcess other = new("taskset", BusyLoop, "/");
        using NodeProcess watched = new("taskset", BusyLoop, "/");
        FairStopwatch watch = new(watched.Id);

        await Eventually.UntilAsync(
            () => watch.Elapsed - watch.Granted > TimeSpan.FromSeconds(0.5) || !File.Exists("/proc/self/schedstat"), "the one has waited for the other");

        Assert.True(watch.Elapsed >= watch.Granted);
    }
}
