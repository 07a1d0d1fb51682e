namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Takes figures rather than proving anything, so it runs only when asked to: with <c>KESTRELL4_MEASURE=1</c>.</summary>
internal sealed class MeasuredFactAttribute : FactAttribute
{
    public MeasuredFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("KESTRELL4_MEASURE") != "1")
        {
            Skip = "set KESTRELL4_MEASURE=1 to take figures";
        }
    }
}
