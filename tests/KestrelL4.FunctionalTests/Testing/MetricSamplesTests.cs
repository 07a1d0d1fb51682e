namespace KestrelL4.FunctionalTests.Testing;

public sealed class MetricSamplesTests
{
    private const string Exposition =
        """
        # HELP requests_total How many.
        # TYPE requests_total counter
        requests_total{application="a",reason="x"} 3
        requests_total{application="b",reason="x"} 4
        requests_total{application="b",reason="quoted \"y\", and more"} 5
        duration_seconds_bucket{le="+Inf"} 7
        up 1
        """;

    [Fact]
    public void Sum_LabelGiven_AddsTheSamplesThatCarryIt()
    {
        var samples = MetricSamples.Parse(Exposition);

        Assert.Equal(7, samples.Sum("requests_total", ("reason", "x")));
        Assert.Equal(9, samples.Sum("requests_total", ("application", "b")));
        Assert.Equal(5, samples.Sum("requests_total", ("reason", """quoted \"y\", and more""")));
        Assert.Equal(1, samples.Sum("up"));
        Assert.Equal(0, samples.Sum("down"));
    }

    [Fact]
    public void Describe_SeveralSamples_NamesEachValueOfTheLabel()
    {
        var samples = MetricSamples.Parse("requests_total{reason=\"x\"} 3\nrequests_total{reason=\"y\"} 0\nrequests_total{reason=\"z\"} 1");

        Assert.Equal("reason=x: 3, reason=z: 1", samples.Describe("requests_total", "reason"));
    }

    [Fact]
    public void Parse_LineOfAnotherFormat_IsAnError()
        => Assert.Throws<FormatException>(() => MetricSamples.Parse("requests_total{ 3"));
}
