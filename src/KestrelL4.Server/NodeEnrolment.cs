using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Reload;
using KestrelL4.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server;

/// <summary>Obtains identity and registry, keeps them in the state directory, and serves nobody.</summary>
/// <param name="output">Where what was obtained is told.</param>
/// <param name="error">Where the operator reads why it was not.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeEnrolment(TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Tries once.</summary>
    public async Task<EnrolmentResult> RunAsync(ConfigurationSources sources, CancellationToken cancellation)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);
        IReadOnlyList<ConfigurationError> errors = [.. reading.Unreadable, .. reading.Errors];
        if (errors.Count > 0)
        {
            foreach (ConfigurationError found in errors)
            {
                error.WriteLine(found);
            }

            return EnrolmentResult.Refused;
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
                : Tell(agent.Holding, directory);
        }
    }

    private EnrolmentResult Tell(Holding holding, string directory)
    {
        NodeIdentity identity = holding.Identity!;
        RegistrySnapshot registry = holding.Registry!.Snapshot;
        string node = identity.Context.TargetCertificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        output.WriteLine(Printable.Whole($"Enrolled as {node}: certificate valid until {identity.NotAfter:u}"));
        output.WriteLine($"Registry: epoch {registry.Epoch}, revision {registry.Revision}, clients: {registry.ClientCount}");
        output.WriteLine(Printable.Whole($"Kept in: {directory}"));
        return EnrolmentResult.Done;
    }

    private EnrolmentResult Fail(EnrolmentResult result, string problem)
    {
        error.WriteLine(Printable.Whole($"kestrell4 enroll: {problem}"));
        return result;
    }
}

/// <summary>How an enrolment ended; the number is the exit code of <c>enroll</c>.</summary>
internal enum EnrolmentResult
{
    /// <summary>Identity and registry are in the state directory.</summary>
    Done = 0,

    /// <summary>The configuration is wrong, or the authority refused.</summary>
    Refused = 1,

    /// <summary>The state directory is unsafe, in use, or takes nothing.</summary>
    StateDirectoryUnusable = 2,

    /// <summary>The authority cannot be reached.</summary>
    AuthorityAway = 3,
}
