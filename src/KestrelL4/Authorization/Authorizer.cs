using System.Diagnostics.CodeAnalysis;
using KestrelL4.Registry;

namespace KestrelL4.Authorization;

/// <summary>Decides whether a client may use an application: only with a grant for it.</summary>
internal static class Authorizer
{
    /// <summary>Finds the grant that admits a client to an application: the application's own, else the one for all.</summary>
    public static bool TryAuthorize(Client client, string application, [NotNullWhen(true)] out Grant? grant)
    {
        grant = client.Grants.TryGetValue(application, out Grant? own) ? own : client.GrantForAll;
        return grant is not null;
    }
}
