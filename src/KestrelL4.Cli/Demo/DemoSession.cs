using KestrelL4.Server;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Configuration;

namespace KestrelL4.Cli.Demo;

/// <summary>The demo from its first file to its last: sets everything up on loopback, plays, and clears everything away.</summary>
/// <param name="output">Where the story goes.</param>
/// <param name="error">Where everything goes that was not observed.</param>
/// <param name="time">The clock of certificates and deadlines.</param>
internal sealed class DemoSession(TextWriter output, TextWriter error, TimeProvider time)
{
    private static readonly KeyValuePair<string, string?>[] AuthorityLog = [new("LogLevel:Default", "Warning")];

    /// <summary>Runs the demo; returns an <see cref="ExitCode"/>.</summary>
    public async Task<int> RunAsync(AfterDemo after)
    {
        using NodeLogging logging = NodeLogging.Create(new ConfigurationBuilder().AddInMemoryCollection(AuthorityLog).Build());
        using NodeSignals signals = new(logging.Factory);
        using DemoFiles files = new(time);
        await using DemoUpstreams upstreams = new();
        await using DemoAuthority authority = new(files.Authority, logging.Factory, time);
        try
        {
            await authority.ComeAsync(signals.Stop);
            files.Issue();
            await DemoCast.RegisterAsync(authority.Administrator, files, signals.Stop);
            string pin = await authority.Administrator.PinAsync(signals.Stop);
            files.Configure(DemoConfiguration.Text(authority.Url, pin, upstreams.First));
            await using DemoNode node = await DemoNode.CreateAsync(files, time);
            await node.StartAsync(signals.Stop);
            try
            {
                using (DemoScene scene = new(node.Address, files)
                {
                    Node = new NodeObserver(node.AdminAddress, time),
                    Authority = authority,
                    Time = time,
                    Upstreams = upstreams.First,
                    Spare = upstreams.Spare,
                    ConfigurationWithSpare = DemoConfiguration.Text(authority.Url, pin, [.. upstreams.First, upstreams.Spare]),
                })
                {
                    return await PlayAsync(node, scene, after, signals.Stop);
                }
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

    private async Task<int> PlayAsync(DemoNode node, DemoScene scene, AfterDemo after, CancellationToken stop)
    {
        output.WriteLine($"KestrelL4 {NodeVersion.Text}: everything on this machine alone, in {scene.Files.Path}");
        output.WriteLine($"Application {DemoNames.Application} on {node.Address}, {string.Join(" and ", scene.Upstreams.Select(Described))}");
        output.WriteLine($"Authority on {scene.Authority.Url}: it has issued the node's identity and serves its registry");

        Narrator narrator = new(output, error);
        await new DemoPlay(scene, narrator, time).PlayAsync(stop);
        narrator.Conclude();
        if (after == AfterDemo.StayUp)
        {
            output.WriteLine(DemoInvitation.Text(node, scene.Files));
            node.Speak();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return narrator.Missed.Count == 0 ? ExitCode.Done : ExitCode.No;
    }

    private static string Described(EchoUpstream upstream) => $"upstream {upstream.Name} on {upstream.Address}";
}
