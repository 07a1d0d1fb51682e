using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Reload;
using KestrelL4.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server;

/// <summary>Obtains identity and registry, keeps them in the state directory, and serves nobody.</summary>
/// <param name="time">The clock.</param>
internal sealed class NodeEnrolment(TimeProvider time)
{
    /// <summary>Tries once.</summary>
    public async Task<EnrolmentOutcome> RunAsync(ConfigurationSources sources, CancellationToken cancellation)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        IReadOnlyList<ConfigurationError> errors = [.. reading.Unreadable, .. reading.Errors];
        if (errors.Count > 0)
        {
            return new EnrolmentOutcome(EnrolmentResult.Refused, null, [.. errors.Select(static error => error.ToString())]);
        }

        if (reading.Understood.Authority is null)
        {
            return Fail(EnrolmentResult.Refused, "there is no section Authority in the configuration: write one, or name the file that has it with --config");
        }

        string directory = reading.Understood.StateDirectory;
        using StateDirectory? state = StateDirectory.TryOpen(directory, [], out string problem);
        if (state is null)
        {
            return Fail(EnrolmentResult.StateDirectoryUnusable, problem);
        }

        Agent.Agent agent = new(AuthorityChange.SettingsOf(reading), directory, NullLoggerFactory.Instance, time);
        await using (agent.ConfigureAwait(false))
        {
            // A token may serve once, and what it brings is of no use to a process that ends.
            if (agent.ProblemOfKeeping() is { } full)
            {
                return Fail(EnrolmentResult.StateDirectoryUnusable, $"{full}; nobody was asked, and the join token is as good as before");
            }

            ContactFailure? failure = await agent.TryAsync(cancellation).ConfigureAwait(false);
            return failure is not null
                    ? Fail(failure.Fault == ContactFault.Away ? EnrolmentResult.AuthorityAway : EnrolmentResult.Refused, AuthorityStart.Text(failure))
                : agent.State.RegistryProblem is { } refused ? Fail(EnrolmentResult.Refused, $"the authority's registry is refused: {refused}")
                : agent.State.CacheProblem is { } unkept ? Fail(EnrolmentResult.StateDirectoryUnusable, unkept)
                : Enrolled(agent.Holding, directory);
        }
    }

    private static EnrolmentOutcome Enrolled(Holding holding, string directory)
    {
        NodeIdentity identity = holding.Identity!;
        RegistrySnapshot registry = holding.Registry!.Snapshot;
        string node = identity.Context.TargetCertificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return new EnrolmentOutcome(
            EnrolmentResult.Done, new EnrolledNode(node, identity.NotAfter, registry.Epoch, registry.Revision, registry.ClientCount, directory), []);
    }

    private static EnrolmentOutcome Fail(EnrolmentResult result, string problem) => new(result, null, [problem]);
}
