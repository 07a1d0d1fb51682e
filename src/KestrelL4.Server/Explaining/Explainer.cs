using KestrelL4.Authorization;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Explaining;

/// <summary>Asks the steps of a connection's life what they would say to a client, and takes nothing: no place, no permit, no turn.</summary>
/// <remarks>Of what only a real connection has, its address and its certificate's dates, it knows nothing.</remarks>
/// <param name="served">The applications.</param>
/// <param name="trust">Who is let in.</param>
/// <param name="limits">The limits that clients share over all applications.</param>
/// <param name="health">Whether the node drains.</param>
/// <param name="time">The clock by which a revocation list is old.</param>
internal sealed class Explainer(
    ServedApplications served, TrustInForce trust, ClientLimits limits, NodeHealth health, TimeProvider time)
{
    private readonly CertificateJudge _certificates = new(time);

    /// <summary>What would become of a connection; null when there is no such application.</summary>
    public Explanation? Explain(string clientName, string applicationName)
    {
        if (served.Find(applicationName) is not { } found)
        {
            return null;
        }

        Application application = found.Application;
        ClientTrust current = trust.Current;
        Client? client = current.Registry.Find(clientName);
        List<ExplainedStep> steps = [Accept(found)];
        LimitStack stack = LimitStack.Empty;
        Upstream? next = null;
        if (Passes() && Passes(_certificates.Judge(current, client, clientName)) && Passes(Authorize(client!, application, out Grant? grant)))
        {
            stack = application.StackOn(limits.For(client!, grant!, application.Name, application.Settings.ClientRateLimit));
            next = Passes(Limit(stack)) && Passes(PickStep.Judge(application, client!.Name, out Upstream? picked)) ? picked : null;
        }

        return new Explanation
        {
            Client = client?.Name ?? clientName,
            Application = application.Name,
            Admitted = Passes(),
            Refusal = steps[^1].Refusal,
            Upstream = next?.Name,
            Steps = steps,
            Upstreams = PickStep.Of(application, client?.Name ?? clientName),
            Limits = [.. stack.Limits.Select(Of)],
        };

        bool Passes(ExplainedStep? step = null)
        {
            if (step is not null)
            {
                steps.Add(step);
            }

            return steps[^1].Passes;
        }
    }

    private ExplainedStep Accept(ServedApplication application) => application switch
    {
        { Bound: not null } => ExplainedStep.Pass(
            "accept", $"{application.Address} is open{(health.IsDraining ? ", but the node is draining" : "")}{HeaderFrom(application)}"),
        { IsDrained: true } => ExplainedStep.Refuse("accept", null, $"{application.Address} is closed: the application is drained"),
        _ => ExplainedStep.Refuse("accept", null, $"{application.Address} is closed{(WhyClosed() is { } why ? $": {why}" : "")}"),
    };

    private string? WhyClosed() => health.IsDraining ? "the node is draining"
        : new[] { health.Identity, health.Registry }.FirstOrDefault(static each => !each.State.Status.IsReady()) is { } missing
            ? $"{missing.Name}: {missing.State.Reason}"
            : null;

    private static string HeaderFrom(ServedApplication application) => application.Configuration.ProxyProtocol.Proxies is { } proxies
        ? $"; a connection from {proxies} must begin with a PROXY header"
        : "";

    private static ExplainedStep Authorize(Client client, Application application, out Grant? grant) =>
        Authorizer.TryAuthorize(client, application.Name, out grant)
            ? ExplainedStep.Pass("authorize", client.Grants.ContainsKey(application.Name) ? "granted by name" : "granted with every application")
            : ExplainedStep.Refuse("authorize", CloseReason.NotAuthorized, $"it holds no grant for {application.Name}");

    private static ExplainedStep Limit(LimitStack stack)
    {
        Limit[] reached = [.. stack.Limits.Where(static limit => !limit.HasRoom)];
        return reached.FirstOrDefault(static limit => !limit.HasRoomToWait) is { } refuses
                ? ExplainedStep.Refuse("limit", CloseReason.RateLimited, $"the limit of scope {refuses.Scope.Word()} is reached")
            : reached is [var holds, ..]
                ? ExplainedStep.Pass("limit", $"the limit of scope {holds.Scope.Word()} is reached: it would wait for a place, up to {holds.Numbers.WaitUpTo}")
            : ExplainedStep.Pass("limit", "every limit has room");
    }

    private static ExplainedLimit Of(Limit limit) => new()
    {
        Scope = limit.Scope.Word(),
        Held = limit.Held,
        Waiting = limit.Waiting,
        MaxConcurrentConnections = limit.Numbers.MaxConcurrentConnections,
        ConnectionsPerWindow = limit.Numbers.ConnectionsPerWindow,
        WindowSeconds = limit.Numbers.Window.TotalSeconds,
        BytesPerSecond = limit.Numbers.BytesPerSecond,
        WaitUpToSeconds = limit.Numbers.WaitUpTo.TotalSeconds,
        Admits = limit.HasRoom,
    };
}
