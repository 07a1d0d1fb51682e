using KestrelL4.Protocol.Snapshots;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.Server.Agent.Following;

/// <summary>Turns registered clients into those of the data plane. For one snapshot.</summary>
/// <param name="oddities">Receives what makes no sense.</param>
internal sealed class ClientConversion(ICollection<string> oddities)
{
    private static readonly Grant Plain = new();

    // Most of many clients have one of few sets of grants; each set is made once.
    private readonly Dictionary<string, IReadOnlyDictionary<string, Grant>> _plainGrants = [];

    /// <summary>The client of a name. One whose limits cannot be read is disabled: admitting it without them would be worse.</summary>
    public Client ClientOf(string name, RegisteredClient registered)
    {
        string? problem = registered.RateLimit?.Problem() ?? (registered.RateLimits is { } each ? ProblemOf(each) : null);
        if (problem is not null)
        {
            oddities.Add($"client '{name}' is taken as disabled, for its limit is not possible: {problem}");
        }

        return new Client
        {
            Name = name,
            Grants = problem is null ? GrantsOf(registered) : new Dictionary<string, Grant>(),
            GrantForAll = registered.Applications.Contains(RegisteredClient.AllApplications) ? Plain : null,
            RateLimit = problem is null && registered.RateLimit is { } limit ? LimitOf(limit) : RateLimit.None,
            Disabled = registered.Disabled || problem is not null,
        };
    }

    // Names of applications are compared without case here, and JSON compares them with it.
    private static string? ProblemOf(IReadOnlyDictionary<string, RegisteredLimit> limits) =>
        limits.Values.Select(static limit => limit.Problem()).FirstOrDefault(static found => found is not null)
        ?? (limits.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() < limits.Count ? "there are two for one application" : null);

    private IReadOnlyDictionary<string, Grant> GrantsOf(RegisteredClient registered)
    {
        if (registered.RateLimits is { Count: > 0 } limits)
        {
            Dictionary<string, RegisteredLimit> byName = new(limits, StringComparer.OrdinalIgnoreCase);

            // With a grant for all, an application that has a limit has a grant of its own.
            bool isForAll = registered.Applications.Contains(RegisteredClient.AllApplications);
            return Grants(
                isForAll ? byName.Keys : registered.Applications, application => byName.TryGetValue(application, out RegisteredLimit? limit) ? new Grant(LimitOf(limit)) : Plain);
        }

        // With their lengths, or one odd name would pass for several.
        string key = string.Concat(registered.Applications.Select(static application => $"{application.Length}:{application}"));
        if (!_plainGrants.TryGetValue(key, out IReadOnlyDictionary<string, Grant>? grants))
        {
            grants = Grants(registered.Applications.Where(static application => application != RegisteredClient.AllApplications), static _ => Plain);
            _plainGrants[key] = grants;
        }

        return grants;
    }

    private static Dictionary<string, Grant> Grants(IEnumerable<string> applications, Func<string, Grant> grantFor)
    {
        Dictionary<string, Grant> grants = new(StringComparer.OrdinalIgnoreCase);
        foreach (string application in applications)
        {
            grants[application] = grantFor(application);
        }

        return grants;
    }

    private static RateLimit LimitOf(RegisteredLimit limit) => new()
    {
        MaxConcurrentConnections = limit.MaxConcurrentConnections,
        ConnectionsPerWindow = limit.ConnectionsPerWindow,
        Window = limit.Window ?? RateLimit.None.Window,
        BytesPerSecond = limit.BytesPerSecond,
        WaitUpTo = limit.WaitUpTo ?? RateLimit.None.WaitUpTo,
    };
}
