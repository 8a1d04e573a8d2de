"""The categories, in the words of digital city management (数字城管)."""

from __future__ import annotations

from fences.scenario import Category

CATEGORY_ENTRIES = (
    Category("fire_safety", "消防安全", "Fire safety"),
    Category("street_order", "街面秩序", "Street order"),
    Category("city_appearance", "市容环境", "City appearance"),
    Category("household_waste", "生活垃圾", "Household waste"),
    Category("vehicle_parking", "机动车停放", "Parking of vehicles"),
    Category("two_wheeler_parking", "非机动车停放", "Parking of two-wheelers"),
    Category("building_safety", "楼道安全", "Inside buildings"),
    Category("advertising", "户外广告", "Outdoor advertising"),
    Category("landscaping", "园林绿化", "Greenery"),
    Category("construction", "施工管理", "Construction"),
    Category("roads", "市政道路", "Roads"),
    Category("public_facilities", "公用设施", "Public facilities"),
    Category("environment", "生态环境", "Environment"),
    Category("waterways", "河道水域", "Waterways"),
    Category("public_safety", "公共安全", "Public safety"),
    Category("animals", "文明养犬", "Dogs"),
)
