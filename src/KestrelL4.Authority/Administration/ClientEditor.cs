using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>Applies what an administrator wants different about a client.</summary>
/// <param name="certificates">Reads the certificates that an administrator names.</param>
/// <param name="registry">The registry in force.</param>
internal sealed class ClientEditor(CertificateNames certificates, RegistryState registry)
{
    /// <summary>The client as it is to be, and what is different.</summary>
    public Answer<ClientEdit> Edit(string name, RegisteredClient client, ClientChange change)
    {
        List<string> what = [];
        if (change.AddSerialNumbers is { } added)
        {
            Answer<IReadOnlyList<string>> ids = certificates.Read(registry, [.. client.SerialNumbers, .. added], name);
            if (!ids.IsDone)
            {
                return ids.Refusal;
            }

            client = client with { SerialNumbers = ids.Value };
            what.Add($"certificates {string.Join(", ", ids.Value)}");
        }

        if (change.Applications is { } granted)
        {
            if (ApplicationName.ReadAll(granted) is not { } applications)
            {
                return Refusal.Invalid(ApplicationName.Rule);
            }

            client = client with { Applications = applications };
            what.Add($"applications {(applications.Count == 0 ? "none" : string.Join(", ", applications))}");
        }

        if (change.Disabled is { } disabled)
        {
            client = client with { Disabled = disabled };
            what.Add(disabled ? "disabled" : "not disabled");
        }

        return change.Limit is { } limit ? Limited(client, limit, what) : new ClientEdit(client, what);
    }

    private static Answer<ClientEdit> Limited(RegisteredClient client, LimitChange change, List<string> what)
    {
        if (change.Limit?.Problem() is { } problem)
        {
            return Refusal.Invalid(problem);
        }

        string numbers = change.Limit is null ? "none" : change.Limit.ToString();
        if (change.Application is not { } text)
        {
            return new ClientEdit(client with { RateLimit = change.Limit }, [.. what, $"rate limit {numbers}"]);
        }

        if (ApplicationName.ReadAll([text]) is not [not RegisteredClient.AllApplications and var application])
        {
            return Refusal.Invalid($"'{text}': {ApplicationName.Rule}");
        }

        Dictionary<string, RegisteredLimit> limits = new(client.RateLimits ?? new Dictionary<string, RegisteredLimit>());
        limits.Remove(application);
        if (change.Limit is not null)
        {
            limits[application] = change.Limit;
        }

        return new ClientEdit(
            client with { RateLimits = limits.Count == 0 ? null : limits }, [.. what, $"rate limit for {application} {numbers}"]);
    }
}

/// <summary>A client as it is to be.</summary>
/// <param name="Client">The client.</param>
/// <param name="What">What is different, for the audit log.</param>
internal sealed record ClientEdit(RegisteredClient Client, IReadOnlyList<string> What);
