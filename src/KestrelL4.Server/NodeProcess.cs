using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Supervision;
using KestrelL4.Server.Telemetry;

namespace KestrelL4.Server;

/// <summary>Runs a node from its configuration to its end.</summary>
/// <param name="error">Where the operator reads why it does not start.</param>
/// <param name="time">The node's clock.</param>
internal sealed class NodeProcess(TextWriter error, TimeProvider time)
{
    /// <summary>Serves until a signal ends it.</summary>
    public async Task<NodeExit> RunAsync(ConfigurationSources sources)
    {
        using var manager = ServiceManager.OfProcess();
        Candidate first = await Candidate.ReadAsync(sources, time).ConfigureAwait(false);
        if (first.Reading.Unreadable.Count > 0)
        {
            Tell("cannot start", first.Refused);
            return NodeExit.CannotStart;
        }

        if (first.Files is null || first.Refused.Count > 0)
        {
            Tell("the configuration is invalid", first.Refused);
            return NodeExit.ConfigurationInvalid;
        }

        NodeConfiguration configuration = first.Reading.Understood;
        using StateDirectory? state = StateDirectory.TryOpen(configuration.StateDirectory, AddressesOf(configuration), out string problem);
        if (state is null)
        {
            error.WriteLine(Printable.Whole($"kestrell4: cannot start: {problem}"));
            return NodeExit.CannotStart;
        }

        using NodeLogging logging = NodeLogging.Create(first.Reading.Logging);
        NodeModel model = new(new ConfigurationInForce(first.Reading, first.Files, time.GetUtcNow()), first.Seen);
        model.Changed += inForce =>
        {
            logging.Use(inForce.Reading.Logging);
            state.TellListening(AddressesOf(inForce.Configuration));
        };
        return await ServeAsync(new Node(sources, model, logging, manager, time), logging).ConfigureAwait(false);
    }

    private static IEnumerable<string> AddressesOf(NodeConfiguration configuration) =>
        configuration.Listens().Select(static listen => listen.Address.Text);

    private async Task<NodeExit> ServeAsync(Node node, NodeLogging logging)
    {
        await using (node.ConfigureAwait(false))
        {
            // Never disposed: a signal that is repeated while the process ends would end it otherwise, with another exit code.
            NodeSignals signals = new(logging.Factory);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => GC.KeepAlive(signals);
            try
            {
                await node.StartAsync().ConfigureAwait(false);
            }
            catch (BindException exception)
            {
                error.WriteLine(Printable.Whole($"kestrell4: cannot start: {exception.Message}"));
                return NodeExit.CannotStart;
            }

            signals.HungUp += () => _ = node.HangUpAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, time, signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            int cut = await node.DrainAsync(signals.Cut).ConfigureAwait(false);
            return cut == 0 && !signals.Cut.IsCancellationRequested ? NodeExit.Drained : NodeExit.ConnectionsAborted;
        }
    }

    private void Tell(string what, IReadOnlyList<ConfigurationError> errors)
    {
        error.WriteLine($"kestrell4: {what}, {errors.Count} {(errors.Count == 1 ? "error" : "errors")}:");
        foreach (ConfigurationError found in errors)
        {
            error.WriteLine($"  {found}");
        }
    }
}
