using System.Runtime.CompilerServices;
using KestrelL4.Server.Agent.Contact;
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
    private static readonly Task<string> Never = new TaskCompletionSource<string>().Task;

    /// <summary>Serves until a signal ends it.</summary>
    public async Task<NodeExit> RunAsync(ConfigurationSources sources)
    {
        using var manager = Supervisor.OfProcess();
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
            Tell($"cannot start: {problem}");
            return NodeExit.CannotStart;
        }

        using NodeLogging logging = NodeLogging.Create(first.Reading.Logging);
        NodeModel model = new(new ConfigurationInForce(first.Reading, first.Files, time.GetUtcNow()), first.Seen);
        model.Changed += inForce =>
        {
            logging.Use(inForce.Reading.Logging);
            state.TellListening(AddressesOf(inForce.Configuration));
        };

        // Never disposed: a signal that is repeated while the process ends would end it otherwise, with another exit code.
        NodeSignals signals = new(logging.Factory);
        NodeHost host = new(logging, manager, time);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => GC.KeepAlive(signals);
        var export = OtlpExport.Start(OtlpSignals.Of(Environment.GetEnvironmentVariable), logging.Factory);
        await using ConfiguredAsyncDisposable exporting = export.ConfigureAwait(false);
        if (configuration.Authority is not { } authority)
        {
            return await ServeAsync(new Node(sources, model, agent: null, host), signals, Never).ConfigureAwait(false);
        }

        Agent.Agent agent = new(AuthorityChange.SettingsOf(first.Reading), configuration.StateDirectory, logging.Factory, time);
        await using (agent.ConfigureAwait(false))
        {
            if (await EndBeforeStartAsync(agent, authority.OnUnavailable, signals).ConfigureAwait(false) is { } exit)
            {
                return exit;
            }

            return await ServeAsync(new Node(sources, model, agent, host), signals, agent.GivenUp).ConfigureAwait(false);
        }
    }

    private static IEnumerable<string> AddressesOf(NodeConfiguration configuration) =>
        configuration.Listens().Select(static listen => listen.Address.Text);

    private async Task<NodeExit?> EndBeforeStartAsync(Agent.Agent agent, OnUnavailable choice, NodeSignals signals)
    {
        CancellationToken stop = signals.Stop;
        try
        {
            ContactFailure? failure = await AuthorityStart.TryAsync(
                choice, () => agent.HasWorkedBefore, () => agent.TryAsync(stop)).ConfigureAwait(false);
            if (failure is not null && !stop.IsCancellationRequested)
            {
                Tell(AuthorityStart.Text(failure));
                return NodeExit.AuthorityUnavailable;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It is to stop before it has begun.
        }

        return stop.IsCancellationRequested ? ExitBySignal(signals, cut: 0) : null;
    }

    private async Task<NodeExit> ServeAsync(Node node, NodeSignals signals, Task<string> givenUp)
    {
        await using (node.ConfigureAwait(false))
        {
            try
            {
                await node.StartAsync().ConfigureAwait(false);
            }
            catch (BindException exception)
            {
                Tell($"cannot start: {exception.Message}");
                return NodeExit.CannotStart;
            }

            signals.HungUp += () => _ = node.HangUpAsync();
            Task stop = Task.Delay(Timeout.InfiniteTimeSpan, time, signals.Stop);
            bool hasGivenUp = await Task.WhenAny(stop, givenUp).ConfigureAwait(false) == givenUp;
            if (hasGivenUp)
            {
                Tell($"the node ends without its authority: {await givenUp.ConfigureAwait(false)}");
            }

            int cut = await node.DrainAsync(signals.Cut).ConfigureAwait(false);
            return hasGivenUp ? NodeExit.AuthorityUnavailable : ExitBySignal(signals, cut);
        }
    }

    private static NodeExit ExitBySignal(NodeSignals signals, int cut) =>
        cut == 0 && !signals.Cut.IsCancellationRequested ? NodeExit.Drained : NodeExit.ConnectionsAborted;

    private void Tell(string problem) => error.WriteLine(Printable.Whole($"kestrell4: {problem}"));

    private void Tell(string what, IReadOnlyList<ConfigurationError> errors)
    {
        error.WriteLine($"kestrell4: {what}, {errors.Count} {(errors.Count == 1 ? "error" : "errors")}:");
        foreach (ConfigurationError found in errors)
        {
            error.WriteLine($"  {found}");
        }
    }
}
