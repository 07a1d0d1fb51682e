using KestrelL4.Upstreams;

namespace KestrelL4.Server.Health;

/// <summary>Tells how an application is by those of its upstreams that are not up.</summary>
internal static class UpstreamLosses
{
    private const int Named = 5;

    /// <summary>Healthy with all of them up, degraded with some, unhealthy with none.</summary>
    public static void Tell(Component component, IReadOnlyList<Upstream> upstreams)
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
            component.Unhealthy("it has no upstream");
        }
        else if (lost.Count == upstreams.Count)
        {
            component.Unhealthy($"every upstream is out: {Text(lost)}");
        }
        else if (lost.Count > 0)
        {
            component.Degraded($"{lost.Count} of {upstreams.Count} upstreams are out: {Text(lost)}");
        }
        else
        {
            component.Healthy();
        }
    }

    private static string Text(List<(string Name, string Status)> lost)
    {
        string rest = lost.Count > Named ? $" and {lost.Count - Named} more" : "";
        return string.Join(", ", lost.Take(Named).Select(static each => $"{each.Name} is {each.Status}")) + rest;
    }
}
