namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>A test that runs a PostgreSQL server of its own; skipped, with the reason, where one is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresPostgreSqlFactAttribute : FactAttribute
{
    public RequiresPostgreSqlFactAttribute()
        => Skip = new RequiresToolFactAttribute("psql", "stunnel", "setpriv").Skip
            ?? (PostgreSqlServer.Programs is null ? "not installed: the PostgreSQL server" : null);
}
