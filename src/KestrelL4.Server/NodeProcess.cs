using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Sources;
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
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        List<ConfigurationError> errors = [.. reading.Unreadable];
        NodeFiles? files = await NodeFiles.LoadAsync(reading, errors, time, CancellationToken.None).ConfigureAwait(false);
        if (reading.Unreadable.Count > 0)
        {
            Tell("cannot start", errors);
            return NodeExit.CannotStart;
        }

        if (files is null)
        {
            Tell("the configuration is invalid", errors);
            return NodeExit.ConfigurationInvalid;
        }

        NodeConfiguration configuration = reading.Understood;
        using StateDirectory? state = StateDirectory.TryOpen(
            configuration.StateDirectory, configuration.Listens().Select(static listen => listen.Address.Text), out string problem);
        if (state is null)
        {
            error.WriteLine(Printable.Whole($"kestrell4: cannot start: {problem}"));
            return NodeExit.CannotStart;
        }

        using NodeLogging logging = NodeLogging.Create(reading.Logging);
        return await ServeAsync(new Node(configuration, files, reading.Hash, logging, time), logging).ConfigureAwait(false);
    }

    private async Task<NodeExit> ServeAsync(Node node, NodeLogging logging)
    {
        await using (node.ConfigureAwait(false))
        {
            using NodeSignals signals = new(logging.Factory);
            try
            {
                await node.StartAsync(signals.Stop).ConfigureAwait(false);
            }
            catch (BindException exception)
            {
                error.WriteLine(Printable.Whole($"kestrell4: cannot start: {exception.Message}"));
                return NodeExit.CannotStart;
            }
            catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
            {
                return NodeExit.Drained;
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, time, signals.Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            int cut = await node.DrainAsync(signals.Cut).ConfigureAwait(false);
            return cut == 0 && !signals.Cut.IsCancellationRequested ? NodeExit.Drained : NodeExit.ConnectionsAborted;
        }
    }

    private void Tell(string what, List<ConfigurationError> errors)
    {
        error.WriteLine($"kestrell4: {what}, {errors.Count} {(errors.Count == 1 ? "error" : "errors")}:");
        foreach (ConfigurationError found in errors)
        {
            error.WriteLine($"  {found}");
        }
    }
}
