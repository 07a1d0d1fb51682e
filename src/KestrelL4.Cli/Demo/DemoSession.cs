using KestrelL4.Server;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo from its first file to its last: sets everything up on loopback, plays, and clears everything away.</summary>
/// <param name="output">Where the story goes.</param>
/// <param name="error">Where everything goes that was not observed.</param>
/// <param name="time">The clock of certificates and deadlines.</param>
internal sealed class DemoSession(TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Runs the demo; returns an <see cref="ExitCode"/>.</summary>
    public async Task<int> RunAsync(AfterDemo after)
    {
        using DemoFiles files = new(time);
        await using EchoUpstream one = new("one");
        await using EchoUpstream two = new("two");
        files.Write([one, two]);
        await using DemoNode node = await DemoNode.CreateAsync(files, time);
        using NodeSignals signals = new(node.Loggers);
        try
        {
            await node.StartAsync();
            try
            {
                return await PlayAsync(node, files, [one, two], after, signals.Stop);
            }
            finally
            {
                await node.DrainAsync(signals.Cut);
            }
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            error.WriteLine($"{CommandLine.Name} demo: interrupted before everything was shown.");
            return ExitCode.No;
        }
    }

    private async Task<int> PlayAsync(
        DemoNode node, DemoFiles files, IReadOnlyList<EchoUpstream> upstreams, AfterDemo after, CancellationToken stop)
    {
        output.WriteLine($"KestrelL4 {NodeVersion.Text}: everything on this machine alone, in {files.Path}");
        output.WriteLine($"Application {DemoNames.Application} on {node.Address}, {string.Join(" and ", upstreams.Select(Described))}");

        Narrator narrator = new(output, error);
        using (DemoScene scene = new(node.Address, new NodeObserver(node.AdminAddress, time), files, upstreams, time))
        {
            await new DemoPlay(scene, narrator, time).PlayAsync(stop);
        }

        narrator.Conclude();
        if (after == AfterDemo.StayUp)
        {
            output.WriteLine(DemoInvitation.Text(node, files));
            node.ShowConnections();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return narrator.Missed.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    private static string Described(EchoUpstream upstream) => $"upstream {upstream.Name} on {upstream.Address}";
}
