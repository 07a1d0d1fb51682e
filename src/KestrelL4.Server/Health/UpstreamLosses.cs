using KestrelL4.Upstreams;

namespace KestrelL4.Server.Health;

/// <summary>Tells how an application is by those of its upstreams that are not up.</summary>
internal static class UpstreamLosses
{
    private const int Named = 5;

    /// <summary>Healthy with all of them up, degraded with some, unhealthy with none.</summary>
    /// <param name="component">The application's component.</param>
    /// <param name="upstreams">Its upstreams.</param>
    /// <param name="problems">What else is wrong with them although they serve, for people.</param>
    public static void Tell(Component component, IReadOnlyList<Upstream> upstreams, params IReadOnlyList<string> problems)
    {
        List<(string Name, string Status)> lost = [];
        foreach (Upstream upstream in upstreams)
        {
            UpstreamState state = UpstreamState.Of(upstream);
            if (!state.IsUp)
            {
                lost.Add((upstream.Name, state.Status));
            }
        }

        if (upstreams.Count == 0)
        {
            component.Unhealthy(With("it has no upstream", problems));
        }
        else if (lost.Count == upstreams.Count)
        {
            component.Unhealthy(With($"every upstream is out: {Text(lost)}", problems));
        }
        else if (lost.Count > 0)
        {
            component.Degraded(With($"{lost.Count} of {upstreams.Count} upstreams are out: {Text(lost)}", problems));
        }
        else if (problems.Count > 0)
        {
            component.Degraded(string.Join("; ", problems));
        }
        else
        {
            component.Healthy();
        }
    }

    private static string With(string reason, IReadOnlyList<string> problems) => string.Join("; ", problems.Prepend(reason));

    private static string Text(List<(string Name, string Status)> lost)
    {
        string rest = lost.Count > Named ? $" and {lost.Count - Named} more" : "";
        return string.Join(", ", lost.Take(Named).Select(static each => $"{each.Name} is {each.Status}")) + rest;
    }
}
